/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives the office away as soon as damage of this node's files becomes known while it serves. */
final class UnsoundLeader {
    private static final Logger LOG = LoggerFactory.getLogger(UnsoundLeader.class);

    private final String shard;
    private final Leadership leadership;
    private final BooleanSupplier damaged;
    private long resignedTerm;

    UnsoundLeader(String shard, Leadership leadership, BooleanSupplier damaged) {
        this.shard = shard;
        this.leadership = leadership;
        this.damaged = damaged;
    }

    /** To be called now and then, on one thread; resigns once in a term. */
    void check() {
        var office = leadership.office();
        if (office.isEmpty() || office.get().term() == resignedTerm || !damaged.getAsBoolean()) {
            return;
        }
        resignedTerm = office.get().term();
        LOG.error("Shard {}: the files of this node are damaged: another node has to lead", shard);
        var unused = leadership.resign();
    }
}
