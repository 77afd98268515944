/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

/** Lets an office be taken only on files that are not known to be damaged; a refusal passes it on to another node. */
final class SoundOfficeholder implements Officeholder {
    private final Officeholder holder;
    private final ReplicatedState state;

    SoundOfficeholder(Officeholder holder, ReplicatedState state) {
        this.holder = holder;
        this.state = state;
    }

    @Override
    public void takeOffice(Office office) throws Exception {
        var replica = state.replica();
        if (replica.isPresent()) {
            var places = replica.get().damage().places();
            if (!places.isEmpty()) {
                throw new IllegalStateException("the files of this node are damaged: " + places.get(0)
                        + (places.size() > 1 ? " and " + (places.size() - 1) + " more" : "")
                        + "; what differs is taken from another node");
            }
        }
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
