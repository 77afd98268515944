/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.util.Collection;
import java.util.UUID;

/**
 * What a member answered about the time.
 *
 * @param wallOffsetNanos its wall clock, as nanoseconds ahead of this node's monotonic one
 */
record MemberClock(UUID member, String label, NodeTime time, long wallOffsetNanos) {

    /** Of an even number the two in the middle: between them the cluster's running time has the casting vote. */
    static ClusterClock.Walls middle(Collection<MemberClock> clocks) {
        var sorted =
                clocks.stream().mapToLong(MemberClock::wallOffsetNanos).sorted().toArray();
        return new ClusterClock.Walls(sorted[(sorted.length - 1) / 2], sorted[sorted.length / 2]);
    }
}
