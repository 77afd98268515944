/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.util.List;
import java.util.UUID;

/**
 * What a shard's replication on this node measures. Counters only grow, from the start of the process, and go on through closing and
 * opening; times are in nanoseconds, -1 where there is none.
 *
 * @param role leader, follower, candidate or listener; closed while this node takes no part
 * @param entryBytesMax the largest entry applied
 * @param commitNanos from giving entries to Raft until they are committed and applied here, summed; on the leader
 * @param fsyncNanosMean of the last fsyncs of the log; with the count and the 99th percentile and the largest of them
 * @param lags of the others, as the leader knows them; empty elsewhere
 * @param checkpointAgeNanos since the last checkpoint was durable, in this opening
 */
public record ReplicationFigures(
        String shard,
        String role,
        long term,
        long leaderChanges,
        long entriesApplied,
        long bytesApplied,
        long entryBytesMax,
        long commits,
        long commitNanos,
        long commitNanosMax,
        long fsyncs,
        long fsyncNanosMean,
        long fsyncNanosP99,
        long fsyncNanosMax,
        List<Lag> lags,
        long checkpoints,
        long checkpointAgeNanos,
        long checkpointNanosLast,
        long logBytes) {
    public ReplicationFigures {
        lags = List.copyOf(lags);
    }

    /**
     * How far another member is behind this leader's log.
     *
     * @param bytes of the entries it has not confirmed, give or take a few entries
     * @param silenceMillis since its last answer
     */
    public record Lag(UUID member, String label, long entries, long bytes, long silenceMillis) {}
}
