/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.installation.LogHolds;
import java.io.IOException;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the log go up to the last checkpoint, as far as nobody needs it: not a backup, not another replica that catches up, nor this
 * one while it is being installed. Ratis itself would purge too rarely and too little.
 */
final class LogPurge {
    private static final Logger LOG = LoggerFactory.getLogger(LogPurge.class);

    private final String shard;
    private final LongConsumer log;
    private final LongSupplier checkpointIndex;
    private final LogHolds holds;
    private final RedoneLog entries;
    private volatile boolean kept;
    private long purgedIndex = -1;

    /**
     * @param log lets all entries up to an index go
     * @param checkpointIndex where the last checkpoint ends, -1 without one
     */
    LogPurge(String shard, LongConsumer log, LongSupplier checkpointIndex, LogHolds holds, RedoneLog entries) {
        this.shard = shard;
        this.log = log;
        this.checkpointIndex = checkpointIndex;
        this.holds = holds;
        this.entries = entries;
    }

    /** While it is kept nothing goes. */
    void keep(boolean keep) {
        kept = keep;
    }

    /** To be called now and then, and after each checkpoint. */
    synchronized void purge() {
        var checkpoint = checkpointIndex.getAsLong();
        try {
            if (kept || checkpoint <= purgedIndex || !entries.mayGo()) {
                return;
            }
        } catch (IOException e) {
            LOG.warn("Shard {}: the log was not purged", shard, e);
            return;
        }
        var index = holds.limit(checkpoint);
        if (index > purgedIndex) {
            purgedIndex = index;
            log.accept(index);
        }
    }
}
