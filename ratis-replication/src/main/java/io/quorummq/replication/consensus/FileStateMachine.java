/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.consensus.ReplicatedState.Outcome;
import io.quorummq.replication.store.DamageException;
import io.quorummq.replication.store.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies committed entries to the replicated state in order, and passes on what Raft says about leadership and failures. */
final class FileStateMachine extends BaseStateMachine {
    static final Message APPLIED = Message.valueOf(ByteString.copyFromUtf8("A"));
    static final Message DROPPED = Message.valueOf(ByteString.copyFromUtf8("D"));

    private static final Logger LOG = LoggerFactory.getLogger(FileStateMachine.class);

    private final String shard;
    private final ReplicatedState state;
    private final ClusterClock clock;
    private final Halt halt;
    private final RaftEvents raft;
    private final LogTail.Extent log;

    private final AtomicLong bytesSinceCheckpoint = new AtomicLong();
    private final AtomicLong entriesApplied = new AtomicLong();
    private final AtomicBoolean checkpointWanted = new AtomicBoolean();
    private final AtomicBoolean checkpointRunning = new AtomicBoolean();
    private final AtomicLong installationAsked = new AtomicLong(-1);
    private volatile @Nullable SnapshotInfo latestSnapshot;
    private volatile boolean closing;
    private volatile @Nullable Path currentDirectory;
    private long lastConfigurationTerm;
    private long redoUntil;
    private LongConsumer onCheckpoint = index -> {};
    private Applied onApplied = (index, bytes) -> {};
    private Runnable onCheckpointBegun = () -> {};
    private InstallationEvents installation = (leader, firstInLog) -> new CompletableFuture<>();

    /** Who hears of leadership, by term, and where to ask how things stand. */
    record RaftEvents(
            LongConsumer ready,
            LongConsumer lost,
            Runnable leaderChanged,
            Runnable closedByRatis,
            Runnable notAMember,
            LongSupplier currentTerm,
            LongSupplier lastLogIndex,
            ClientId writer) {}

    FileStateMachine(
            String shard, ReplicatedState state, ClusterClock clock, Halt halt, RaftEvents raft, LogTail.Extent log) {
        this.shard = shard;
        this.state = state;
        this.clock = clock;
        this.halt = halt;
        this.raft = raft;
        this.log = log;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage storage) throws IOException {
        super.initialize(server, groupId, storage);
        VoteDurability.install(storage, halt);
        var current = storage.getStorageDir().getCurrentDir().toPath();
        currentDirectory = current;
        getLifeCycle()
                .startAndTransition(
                        () -> {
                            load();
                            dropCoveredLog(current);
                        },
                        IOException.class);
    }

    /** Has to come before Ratis reads the log. */
    private void dropCoveredLog(Path current) throws IOException {
        if (!log.isEmpty() && getLastAppliedTermIndex().getIndex() > log.last()) {
            LOG.info(
                    "Shard {}: the log up to {} goes, the files are at {}",
                    shard,
                    log.last(),
                    getLastAppliedTermIndex());
            LogTail.removeCovered(current);
        }
    }

    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    @Override
    public void reinitialize() throws IOException {
        getLifeCycle().startAndTransition(this::load, IOException.class);
    }

    void load() throws IOException {
        LogPosition position;
        try {
            position = state.recover(log.last());
        } catch (DamageException e) {
            if (log.isEmpty()) {
                // nobody knows how far this replica has voted for entries
                throw e;
            }
            throw new MissingEntriesException(shard, String.valueOf(e.getMessage()), log.first() - 1);
        }
        redoUntil = log.last();
        if (!log.isEmpty() && position.index() + 1 < log.first()) {
            throw new MissingEntriesException(
                    shard,
                    "the log begins at entry " + log.first() + ", but the last checkpoint ends at " + position.index(),
                    log.first() - 1);
        }
        if (position.index() >= 0) {
            var termIndex = TermIndex.valueOf(position.term(), position.index());
            setLastAppliedTermIndex(termIndex);
            latestSnapshot = new Checkpointed(termIndex);
        }
        clock.observe(state.clockMillis());
    }

    /** Only this node's own writer writes; the port between nodes would take an entry from any Raft client. */
    @Override
    public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
        var transaction = super.startTransaction(request);
        if (!request.getClientId().equals(raft.writer())) {
            var unused = transaction.setException(
                    new IOException("shard " + shard + " takes no entries from client " + request.getClientId()));
        }
        return transaction;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        var entry = transaction.getLogEntry();
        // on the leader this is the very array the writer filled: nothing is read back or decoded again
        var data = entry.getStateMachineLogEntry().getLogData();
        Message reply;
        try {
            reply = apply(entry.getIndex(), entry.getTerm(), data.asReadOnlyByteBuffer());
            noteCut(entry.getIndex());
        } catch (IOException | RuntimeException | Error e) {
            throw applyFailed(entry.getIndex(), entry.getTerm(), e);
        }
        clock.observe(state.clockMillis());
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        bytesSinceCheckpoint.addAndGet(data.size());
        entriesApplied.incrementAndGet();
        onApplied.entry(entry.getIndex(), data.size());
        return CompletableFuture.completedFuture(reply);
    }

    private Message apply(long index, long term, ByteBuffer entry) throws IOException {
        if (VerificationEntry.is(entry)) {
            var position = new LogPosition(term, index);
            state.verify(position);
            return Message.valueOf(encode(position));
        }
        return state.apply(index, term, entry) == Outcome.APPLIED ? APPLIED : DROPPED;
    }

    private static ByteString encode(LogPosition position) {
        return UnsafeByteOperations.unsafeWrap(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(position.term())
                .putLong(position.index())
                .flip());
    }

    /** Where a verification entry has come to stand, as its reply says. */
    static LogPosition position(Message reply) {
        var in = reply.getContent().asReadOnlyByteBuffer();
        return new LogPosition(in.getLong(), in.getLong());
    }

    /** An entry of Raft's own. */
    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        try {
            state.skip(new LogPosition(term, index));
            noteCut(index);
        } catch (IOException | RuntimeException | Error e) {
            throw applyFailed(index, term, e);
        }
        super.notifyTermIndexUpdated(term, index);
    }

    /** Only where halting returns does the exception get anywhere: the division must not go on either. */
    private IllegalStateException applyFailed(long index, long term, Throwable failure) {
        halt.halt(
                Halt.APPLY_FAILED,
                "shard " + shard + ": committed entry " + index + " of term " + term + " could not be applied: "
                        + failure,
                failure);
        return new IllegalStateException("entry " + index + " could not be applied", failure);
    }

    /** Until all that was in the log at the start is applied again, another leader may have cut the log's end off. */
    private void noteCut(long appliedIndex) {
        if (appliedIndex < redoUntil) {
            var end = raft.lastLogIndex().getAsLong();
            if (end < redoUntil) {
                redoUntil = end;
                state.logCutAfter(end);
            }
        }
    }

    /** Log bytes applied since the last checkpoint began. */
    long bytesSinceCheckpoint() {
        return bytesSinceCheckpoint.get();
    }

    long entriesApplied() {
        return entriesApplied.get();
    }

    /** The next call of {@link #takeSnapshot} begins a checkpoint, unless one is running; whether it will. */
    boolean wantCheckpoint() {
        checkpointWanted.set(!checkpointRunning.get());
        return checkpointWanted.get();
    }

    /** Whether a checkpoint was asked for, has not begun, and could: Ratis does not even ask when nothing was applied since. */
    boolean checkpointIsWaiting() {
        var latest = latestSnapshot;
        var done = latest == null ? 0 : latest.getIndex();
        return checkpointWanted.get() && getLastAppliedTermIndex().getIndex() > done;
    }

    void onCheckpoint(LongConsumer listener) {
        onCheckpoint = listener;
    }

    void onCheckpointBegun(Runnable listener) {
        onCheckpointBegun = listener;
    }

    void onApplied(Applied listener) {
        onApplied = listener;
    }

    /** Hears of each entry that was applied. */
    interface Applied {
        void entry(long index, int bytes);
    }

    /** Begins a checkpoint, on the applying thread, and does not wait for it. */
    @Override
    public long takeSnapshot() throws IOException {
        if (checkpointWanted.getAndSet(false) && checkpointRunning.compareAndSet(false, true)) {
            bytesSinceCheckpoint.set(0);
            onCheckpointBegun.run();
            var unused = state.checkpoint().whenComplete(this::checkpointed);
        }
        // Ratis would purge up to the index it gets: we do that ourselves, when nobody needs the log any more
        return RaftLog.INVALID_LOG_INDEX;
    }

    private void checkpointed(@Nullable LogPosition position, @Nullable Throwable failure) {
        checkpointRunning.set(false);
        if (closing) {
            return;
        }
        if (failure != null || position == null) {
            halt.halt(
                    Halt.APPLY_FAILED,
                    "shard " + shard + ": a checkpoint could not be made durable: " + failure,
                    failure);
            return;
        }
        if (position.index() >= 0) {
            latestSnapshot = new Checkpointed(TermIndex.valueOf(position.term(), position.index()));
            LOG.info("Shard {}: checkpoint at index {} of term {}", shard, position.index(), position.term());
            onCheckpoint.accept(position.index());
        }
    }

    /** Where the last finished checkpoint ends; -1 before the first. */
    long checkpointIndex() {
        var latest = latestSnapshot;
        return latest == null ? -1 : latest.getIndex();
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return latestSnapshot;
    }

    /** Comes right after Ratis has written the configuration down. */
    @Override
    public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto configuration) {
        lastConfigurationTerm = term;
        var directory = currentDirectory;
        if (directory != null) {
            try {
                ConfigurationFiles.makeDurable(
                        directory,
                        LogEntryProto.newBuilder()
                                .setTerm(term)
                                .setIndex(index)
                                .setConfigurationEntry(configuration)
                                .build());
            } catch (IOException e) {
                halt.halt(Halt.LOG_FAILED, "shard " + shard + ": the members could not be made durable: " + e, e);
            }
        }
    }

    /** Comes right after the configuration entry that begins a term, on the same thread. */
    @Override
    public void notifyLeaderReady() {
        raft.ready().accept(lastConfigurationTerm);
    }

    /** Comes under Ratis' lock. */
    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
        raft.leaderChanged().run();
        installation.leaderChanged();
    }

    /** Comes under Ratis' lock while its term is still the one that ends. */
    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        raft.lost().accept(raft.currentTerm().getAsLong());
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failedEntry) {
        halt.halt(
                Halt.LOG_FAILED,
                "shard " + shard + ": the Raft log could not be written"
                        + (failedEntry == null ? "" : " at index " + failedEntry.getIndex()) + ": " + cause,
                cause);
    }

    @Override
    public CompletableFuture<@Nullable TermIndex> notifyInstallSnapshotFromLeader(
            RoleInfoProto role, TermIndex firstInLog) {
        if (firstInLog.getIndex() <= 0) {
            // every node that joins is asked once, also where the log has all it needs; in any other case the leader
            // would ask for ever until it hears of a state from which it can go on
            return CompletableFuture.completedFuture(null);
        }
        if (installationAsked.getAndSet(firstInLog.getIndex()) != firstInLog.getIndex()) {
            LOG.warn(
                    "Shard {}: this node is too far behind: it has applied {}, the leader's log begins at {}",
                    shard,
                    getLastAppliedTermIndex(),
                    firstInLog);
        }
        return installation.needed(
                role.getFollowerInfo().getLeaderInfo().getId().getAddress(), firstInLog.getIndex());
    }

    void onInstallation(InstallationEvents listener) {
        installation = listener;
    }

    /** Who hears that an installation is needed; called under Ratis' lock. */
    interface InstallationEvents {
        /** A failed future is asked for again at once. */
        CompletableFuture<@Nullable TermIndex> needed(String leaderAddress, long firstInLog);

        default void leaderChanged() {}
    }

    /** The first index the leader still has, when this node's log ends before it. */
    long installationAsked() {
        return installationAsked.get();
    }

    /** From now on an ending division is no failure. */
    void expectClose() {
        closing = true;
    }

    @Override
    public void close() throws IOException {
        if (!closing) {
            closing = true;
            raft.closedByRatis().run();
        }
        state.close();
    }

    /** Ratis closed the group, this node being no member of it. */
    @Override
    public void notifyServerShutdown(RoleInfoProto role, boolean allServers) {
        if (!allServers) {
            raft.notAMember().run();
        }
    }

    /** A finished checkpoint as Ratis wants to see it: it has no files of Ratis' kind. */
    private record Checkpointed(TermIndex termIndex) implements SnapshotInfo {
        @Override
        public TermIndex getTermIndex() {
            return termIndex;
        }

        @Override
        public List<FileInfo> getFiles() {
            return List.of();
        }
    }
}
