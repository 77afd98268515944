/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.consensus.ReplicationFigures.Lag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.apache.ratis.metrics.impl.DefaultTimekeeperImpl;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what a node does in its group, through all its openings, and reads from Ratis what only Ratis knows. */
final class Figures {
    private static final Logger LOG = LoggerFactory.getLogger(Figures.class);

    private final String shard;
    private final Path logDirectory;
    private final LongSupplier nanoTicker;
    private final LongAdder leaderChanges = new LongAdder();
    private final LongAdder entries = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAccumulator entryBytesMax = new LongAccumulator(Math::max, 0);
    private final LongAdder commits = new LongAdder();
    private final LongAdder commitNanos = new LongAdder();
    private final LongAccumulator commitNanosMax = new LongAccumulator(Math::max, 0);
    private final LoggedBytes logged = new LoggedBytes();
    private final LongAdder checkpoints = new LongAdder();
    private final AtomicLong checkpointBegun = new AtomicLong();
    private final AtomicLong checkpointLast = new AtomicLong(-1);
    private volatile long checkpointEnded;
    private volatile boolean checkpointed;

    private record Fsyncs(long count, long mean, long p99, long max) {
        private static final Fsyncs NONE = new Fsyncs(0, -1, -1, -1);
    }

    Figures(String shard, Path logDirectory, LongSupplier nanoTicker) {
        this.shard = shard;
        this.logDirectory = logDirectory;
        this.nanoTicker = nanoTicker;
    }

    void leaderChanged() {
        leaderChanges.increment();
    }

    void applied(long index, int entryBytes) {
        logged.applied(index, entryBytes);
        entries.increment();
        bytes.add(entryBytes);
        entryBytesMax.accumulate(entryBytes);
    }

    void committed(long nanos) {
        commits.increment();
        commitNanos.add(nanos);
        commitNanosMax.accumulate(nanos);
    }

    void checkpointBegins() {
        checkpointBegun.set(nanoTicker.getAsLong());
    }

    void checkpointEnds() {
        checkpointEnded = nanoTicker.getAsLong();
        checkpointLast.set(checkpointEnded - checkpointBegun.get());
        checkpointed = true;
        checkpoints.increment();
    }

    ReplicationFigures closed() {
        return figures("closed", 0, Fsyncs.NONE, List.of());
    }

    ReplicationFigures of(RaftServer.Division division) {
        var info = division.getInfo();
        return figures(
                info.getCurrentRole().name().toLowerCase(Locale.ROOT),
                info.getCurrentTerm(),
                fsyncs(division),
                lags(division));
    }

    private ReplicationFigures figures(String role, long term, Fsyncs fsyncs, List<Lag> lags) {
        return new ReplicationFigures(
                shard,
                role,
                term,
                leaderChanges.sum(),
                entries.sum(),
                bytes.sum(),
                entryBytesMax.get(),
                commits.sum(),
                commitNanos.sum(),
                commitNanosMax.get(),
                fsyncs.count,
                fsyncs.mean,
                fsyncs.p99,
                fsyncs.max,
                lags,
                checkpoints.sum(),
                checkpointed ? nanoTicker.getAsLong() - checkpointEnded : -1,
                checkpointLast.get(),
                logBytes());
    }

    private static Fsyncs fsyncs(RaftServer.Division division) {
        if (division.getRaftLog() instanceof SegmentedRaftLog log
                && log.getRaftLogMetrics().getSyncTimer() instanceof DefaultTimekeeperImpl timekeeper) {
            var timer = timekeeper.getTimer();
            var last = timer.getSnapshot();
            return new Fsyncs(timer.getCount(), (long) last.getMean(), (long) last.get99thPercentile(), last.getMax());
        }
        return Fsyncs.NONE;
    }

    /** Ratis answers matches and names in two calls, both in the order of its senders; a change between the two shows in the sizes. */
    private List<Lag> lags(RaftServer.Division division) {
        var matches = division.getInfo().getFollowerMatchIndices();
        var followers = division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
        if (matches == null || matches.length != followers.size()) {
            return List.of();
        }
        var last = division.getRaftLog().getNextIndex() - 1;
        var lags = new ArrayList<Lag>();
        for (var i = 0; i < matches.length; i++) {
            var peer = division.getRaftConf()
                    .getPeer(RaftPeerId.valueOf(followers.get(i).getId().getId()));
            if (peer != null) {
                var member = Members.member(peer);
                lags.add(new Lag(
                        member.id(),
                        member.label(),
                        Math.max(0, last - matches[i]),
                        matches[i] >= last ? 0 : logged.behind(matches[i]),
                        followers.get(i).getLastRpcElapsedTimeMs()));
            }
        }
        return lags;
    }

    private long logBytes() {
        var sum = 0L;
        if (!Files.isDirectory(logDirectory)) {
            return sum;
        }
        try (var files = Files.newDirectoryStream(logDirectory, "log_*")) {
            for (var file : files) {
                sum += size(file);
            }
        } catch (IOException e) {
            LOG.debug("The log in {} could not be measured", logDirectory, e);
        }
        return sum;
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException purged) {
            return 0;
        }
    }
}
