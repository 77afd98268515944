/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

/** Finds out what the time is before anybody serves by it. */
final class PunctualOfficeholder implements Officeholder {
    private final Officeholder holder;
    private final Timekeeping time;

    PunctualOfficeholder(Officeholder holder, Timekeeping time) {
        this.holder = holder;
        this.time = time;
    }

    @Override
    public void takeOffice(Office office) throws Exception {
        time.begin(office);
        holder.takeOffice(office);
    }

    @Override
    public void handOver(Office office) throws Exception {
        holder.handOver(office);
    }

    @Override
    public void loseOffice(Office office) throws Exception {
        holder.loseOffice(office);
    }

    @Override
    public void leaderChanged() {
        holder.leaderChanged();
    }
}
