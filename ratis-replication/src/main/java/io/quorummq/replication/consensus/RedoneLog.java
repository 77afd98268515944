/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.ApplyResult;
import io.quorummq.replication.store.Entry;
import io.quorummq.replication.store.LogPosition;
import io.quorummq.replication.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.ratis.server.raftlog.RaftLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads committed entries out of Ratis' log, and keeps them from being purged while somebody needs them. */
final class RedoneLog implements CommittedLog {
    private static final Logger LOG = LoggerFactory.getLogger(RedoneLog.class);
    /** With less room than this the log is kept for nobody. */
    private static final long FREE_BYTES_MIN = 512L << 20;

    private final Supplier<RaftLog> log;
    private final Path directory;
    private final AtomicInteger holds = new AtomicInteger();

    RedoneLog(Supplier<RaftLog> log, Path directory) {
        this.log = log;
        this.directory = directory;
    }

    /** Whether nobody needs the log, or the disk cannot afford it any more. */
    boolean mayGo() throws IOException {
        if (holds.get() == 0) {
            return true;
        }
        var isShort = Files.getFileStore(directory).getUsableSpace() < FREE_BYTES_MIN;
        if (isShort) {
            LOG.warn("The log is not kept for a backup any more: the disk is nearly full");
        }
        return isShort;
    }

    @Override
    public Hold hold() {
        holds.incrementAndGet();
        var held = new AtomicBoolean(true);
        return () -> {
            if (held.getAndSet(false)) {
                holds.decrementAndGet();
            }
        };
    }

    @Override
    public void redo(Store into, long lastIndex) throws IOException {
        var raft = log.get();
        for (var index = into.applied().index() + 1; index <= lastIndex; index++) {
            var entry = raft.get(index);
            if (entry == null) {
                throw new IOException("entry " + index + " of the log is gone");
            }
            var position = new LogPosition(entry.getTerm(), index);
            var bytes = entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer();
            if (!entry.hasStateMachineLogEntry() || VerificationEntry.is(bytes)) {
                into.skip(position);
            } else if (into.apply(position, Entry.decode(bytes)) instanceof ApplyResult.Dropped dropped) {
                LOG.debug("Entry {} does not count in the copy either: {}", index, dropped);
            }
        }
    }
}
