/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks for a checkpoint when enough was logged since the last one, or enough time went by. */
final class Checkpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private final String shard;
    private final RaftSettings settings;
    private final FileStateMachine machine;
    private final GroupClient client;
    private final LongSupplier nanoTicker;
    private volatile long lastNanos;
    private volatile long lastEntries;

    Checkpoints(
            String shard,
            RaftSettings settings,
            FileStateMachine machine,
            GroupClient client,
            LongSupplier nanoTicker) {
        this.shard = shard;
        this.settings = settings;
        this.machine = machine;
        this.client = client;
        this.nanoTicker = nanoTicker;
        lastNanos = nanoTicker.getAsLong();
    }

    void requestIfDue() {
        if (isDue()) {
            request();
        }
    }

    private boolean isDue() {
        if (machine.checkpointIsWaiting() || machine.bytesSinceCheckpoint() >= settings.checkpointLogBytes()) {
            return true;
        }
        return machine.entriesApplied() > lastEntries
                && nanoTicker.getAsLong() - lastNanos
                        >= settings.checkpointInterval().toNanos();
    }

    /** Begins one soon, unless one is running. */
    void request() {
        if (!machine.wantCheckpoint()) {
            return;
        }
        lastNanos = nanoTicker.getAsLong();
        lastEntries = machine.entriesApplied();
        var unused = client.takeSnapshot().whenComplete((reply, failure) -> {
            if (failure != null || !reply.isSuccess()) {
                LOG.warn(
                        "Shard {}: no checkpoint was begun, will be tried again: {}",
                        shard,
                        failure == null ? reply.getException() : failure);
            }
        });
    }
}
