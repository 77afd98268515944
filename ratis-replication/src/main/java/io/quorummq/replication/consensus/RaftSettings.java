/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.Entry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * How a Raft group is run. What an operator may choose is here; what safety rests on is fixed, and checked again by
 * {@link #assertSafe} in the very properties Ratis gets.
 *
 * @param electionTimeoutMin a follower stands for election after hearing nothing for between this and the maximum
 * @param requestTimeout how long an answer between nodes may take
 * @param stepDownWait after losing its majority a leader does not stand again for this long
 * @param segmentBytes size of one file of the log: what a purge gives back at a time
 * @param preallocatedBytes how far a segment grows ahead, so that a write is an overwrite and its fsync cheap
 * @param keptEntries entries kept behind a checkpoint for a follower that comes back soon
 * @param checkpointLogBytes log written since the last checkpoint that calls for another
 * @param checkpointInterval time after which any new entry calls for a checkpoint
 */
public record RaftSettings(
        Duration electionTimeoutMin,
        Duration electionTimeoutMax,
        Duration requestTimeout,
        Duration stepDownWait,
        long segmentBytes,
        long preallocatedBytes,
        int keptEntries,
        long checkpointLogBytes,
        Duration checkpointInterval,
        LogWriter.Limits writing) {

    /** The largest entry Ratis takes, its own envelope included. */
    static final int LOG_ENTRY_BYTES_MAX = 4 << 20;

    private static final Duration NEW_MEMBER_SILENCE_MIN = Duration.ofSeconds(30);
    private static final Duration FIRST_ALONE_MIN = Duration.ofMillis(10);
    private static final Duration FIRST_ALONE_MAX = Duration.ofMillis(20);

    public RaftSettings {
        if (electionTimeoutMin.isNegative() || electionTimeoutMin.isZero()) {
            throw new IllegalArgumentException("electionTimeoutMin is " + electionTimeoutMin + "; must be positive");
        }
        if (electionTimeoutMax.compareTo(electionTimeoutMin) <= 0) {
            throw new IllegalArgumentException("electionTimeoutMax is " + electionTimeoutMax
                    + "; must be more than electionTimeoutMin, " + electionTimeoutMin);
        }
        if (stepDownWait.compareTo(electionTimeoutMax) < 0) {
            throw new IllegalArgumentException(
                    "stepDownWait is " + stepDownWait + "; must be at least electionTimeoutMax, " + electionTimeoutMax);
        }
        if (writing.operationBytesMax() > Entry.BYTES_MAX / 2 || writing.entryBytesFull() > Entry.BYTES_MAX / 2) {
            throw new IllegalArgumentException(
                    "an operation (" + writing.operationBytesMax() + " bytes) and a full entry ("
                            + writing.entryBytesFull() + ") must fit into " + (Entry.BYTES_MAX / 2));
        }
        if (segmentBytes < preallocatedBytes || preallocatedBytes < 4096) {
            throw new IllegalArgumentException(
                    "preallocatedBytes is " + preallocatedBytes + "; allowed: 4096 to segmentBytes, " + segmentBytes);
        }
        if (keptEntries < 0 || checkpointLogBytes < 1) {
            throw new IllegalArgumentException("keptEntries is " + keptEntries + ", checkpointLogBytes "
                    + checkpointLogBytes + "; allowed: from 0 and from 1");
        }
    }

    /** For a healthy machine and a local network. */
    public static RaftSettings defaults() {
        return new RaftSettings(
                Duration.ofMillis(500),
                Duration.ofMillis(1000),
                Duration.ofSeconds(10),
                Duration.ofSeconds(2),
                32L << 20,
                4L << 20,
                256,
                64L << 20,
                Duration.ofMinutes(1),
                new LogWriter.Limits(
                        256 << 10, 1 << 20, 4, 64L << 20, TimeUnit.SECONDS.toNanos(10), TimeUnit.SECONDS.toNanos(20)));
    }

    /** With other election timeouts; the wait after a lost majority follows. */
    public RaftSettings withElectionTimeouts(Duration min, Duration max) {
        var wait = stepDownWait.compareTo(max.multipliedBy(2)) < 0 ? max.multipliedBy(2) : stepDownWait;
        return new RaftSettings(
                min,
                max,
                requestTimeout,
                wait,
                segmentBytes,
                preallocatedBytes,
                keptEntries,
                checkpointLogBytes,
                checkpointInterval,
                writing);
    }

    /** With other sizes of the log. */
    public RaftSettings withLog(long segment, long preallocated, int kept, long checkpointBytes) {
        return new RaftSettings(
                electionTimeoutMin,
                electionTimeoutMax,
                requestTimeout,
                stepDownWait,
                segment,
                preallocated,
                kept,
                checkpointBytes,
                checkpointInterval,
                writing);
    }

    /** With another time between checkpoints. */
    public RaftSettings withCheckpointInterval(Duration interval) {
        return new RaftSettings(
                electionTimeoutMin,
                electionTimeoutMax,
                requestTimeout,
                stepDownWait,
                segmentBytes,
                preallocatedBytes,
                keptEntries,
                checkpointLogBytes,
                interval,
                writing);
    }

    /** With other limits of the writer. */
    public RaftSettings withWriting(LogWriter.Limits limits) {
        return new RaftSettings(
                electionTimeoutMin,
                electionTimeoutMax,
                requestTimeout,
                stepDownWait,
                segmentBytes,
                preallocatedBytes,
                keptEntries,
                checkpointLogBytes,
                checkpointInterval,
                limits);
    }

    /** @param alone whether there is nobody to wait for before the first election */
    RaftProperties properties(Path directory, String host, int port, boolean alone) {
        var p = new RaftProperties();
        RaftConfigKeys.Rpc.setType(p, new PacedGrpc());
        RaftServerConfigKeys.setStorageDir(p, List.of(directory.toFile()));
        GrpcConfigKeys.Server.setHost(p, host);
        GrpcConfigKeys.Server.setPort(p, port);
        GrpcConfigKeys.Server.setLeaderOutstandingAppendsMax(p, 8);
        GrpcConfigKeys.setFlowControlWindow(p, SizeInBytes.valueOf("8MB"));

        RaftServerConfigKeys.Rpc.setTimeoutMin(p, time(electionTimeoutMin));
        RaftServerConfigKeys.Rpc.setTimeoutMax(p, time(electionTimeoutMax));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, time(alone ? FIRST_ALONE_MIN : electionTimeoutMin));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, time(alone ? FIRST_ALONE_MAX : electionTimeoutMax));
        RaftServerConfigKeys.Rpc.setRequestTimeout(p, time(requestTimeout));
        RaftServerConfigKeys.LeaderElection.setPreVote(p, true);
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, time(stepDownWait));
        RaftServerConfigKeys.setStagingTimeout(p, time(newMemberSilenceMax()));
        RaftServerConfigKeys.setCloseThreshold(p, TimeDuration.valueOf(300, TimeUnit.SECONDS));

        Log.setAsyncFlushEnabled(p, false);
        Log.setUnsafeFlushEnabled(p, false);
        Log.setCorruptionPolicy(p, Log.CorruptionPolicy.EXCEPTION);
        Log.setLogMetadataEnabled(p, false);
        Log.setForceSyncNum(p, 4096);
        Log.setSegmentSizeMax(p, SizeInBytes.valueOf(segmentBytes));
        Log.setPreallocatedSize(p, SizeInBytes.valueOf(preallocatedBytes));
        Log.setSegmentCacheNumMax(p, 2);
        Log.setQueueElementLimit(p, 16384);
        Log.setWriteBufferSize(p, SizeInBytes.valueOf(2L * LOG_ENTRY_BYTES_MAX));
        Log.Appender.setBufferByteLimit(p, SizeInBytes.valueOf(LOG_ENTRY_BYTES_MAX));
        Log.Appender.setInstallSnapshotEnabled(p, false);
        Log.Appender.setWaitTimeMin(p, TimeDuration.ONE_MILLISECOND);
        // LogPurge purges, since it may have to keep the log for others; Ratis itself never goes beyond what all
        // members have
        Log.setPurgeUptoSnapshotIndex(p, false);
        Log.setPurgeGap(p, 1);
        Log.setPurgePreservationLogNum(p, keptEntries);

        RaftServerConfigKeys.RetryCache.setExpiryTime(p, TimeDuration.valueOf(5, TimeUnit.SECONDS));
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, false);
        RaftServerConfigKeys.Snapshot.setCreationGap(p, 1);
        RaftServerConfigKeys.Read.setOption(p, RaftServerConfigKeys.Read.Option.DEFAULT);
        return p;
    }

    /** A node that is being admitted and does not answer for this long is given up; after an installation it closes and opens again. */
    private Duration newMemberSilenceMax() {
        var elections = electionTimeoutMax.multipliedBy(3);
        return elections.compareTo(NEW_MEMBER_SILENCE_MIN) > 0 ? elections : NEW_MEMBER_SILENCE_MIN;
    }

    /** Refuses properties with which an acknowledged entry could be lost, naming each. */
    static void assertSafe(RaftProperties p) {
        var unsafe = new ArrayList<String>();
        require(!Log.asyncFlushEnabled(p), Log.ASYNC_FLUSH_ENABLED_KEY + " must be false", unsafe);
        require(!Log.unsafeFlushEnabled(p), Log.UNSAFE_FLUSH_ENABLED_KEY + " must be false", unsafe);
        require(!Log.useMemory(p), Log.USE_MEMORY_KEY + " must be false", unsafe);
        require(
                Log.corruptionPolicy(p) == Log.CorruptionPolicy.EXCEPTION,
                Log.CORRUPTION_POLICY_KEY + " must be EXCEPTION",
                unsafe);
        require(!Log.logMetadataEnabled(p), Log.LOG_METADATA_ENABLED_KEY + " must be false", unsafe);
        require(
                !Log.Appender.installSnapshotEnabled(p),
                Log.Appender.INSTALL_SNAPSHOT_ENABLED_KEY + " must be false",
                unsafe);
        require(
                RaftServerConfigKeys.LeaderElection.preVote(p),
                RaftServerConfigKeys.LeaderElection.PRE_VOTE_KEY + " must be true",
                unsafe);
        require(
                RaftServerConfigKeys.storageDir(p).size() == 1,
                RaftServerConfigKeys.STORAGE_DIR_KEY + " must name exactly one directory",
                unsafe);
        require(
                RaftServerConfigKeys.LeaderElection.leaderStepDownWaitTime(p)
                                .compareTo(RaftServerConfigKeys.Rpc.timeoutMax(p))
                        >= 0,
                RaftServerConfigKeys.LeaderElection.LEADER_STEP_DOWN_WAIT_TIME_KEY + " must be at least "
                        + RaftServerConfigKeys.Rpc.TIMEOUT_MAX_KEY,
                unsafe);
        if (!unsafe.isEmpty()) {
            throw new IllegalStateException("unsafe Raft settings: " + String.join("; ", unsafe));
        }
    }

    private static void require(boolean holds, String rule, List<String> broken) {
        if (!holds) {
            broken.add(rule);
        }
    }

    private static TimeDuration time(Duration duration) {
        return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
    }
}
