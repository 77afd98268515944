/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what it is told, in order, as "take 3", "lose 3", "hand over 3". */
class RecordingHolder implements Officeholder {
    final List<String> events = new CopyOnWriteArrayList<>();
    final List<Office> offices = new CopyOnWriteArrayList<>();

    @Override
    public void takeOffice(Office office) throws Exception {
        events.add("take " + office.term());
        offices.add(office);
    }

    @Override
    public void handOver(Office office) throws Exception {
        events.add("hand over " + office.term());
    }

    @Override
    public void loseOffice(Office office) throws Exception {
        events.add("lose " + office.term());
    }
}
