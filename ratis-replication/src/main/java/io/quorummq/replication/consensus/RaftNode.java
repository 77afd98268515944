/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.consensus.ReplicatedState.Outcome;
import io.quorummq.replication.installation.Giver;
import io.quorummq.replication.installation.LogHolds;
import io.quorummq.replication.installation.SnapshotService;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.PeerPort;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.Peers;
import io.quorummq.replication.store.DamageException;
import io.quorummq.replication.store.LogPosition;
import io.quorummq.replication.store.SnapshotExport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.ExitUtils;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in one Raft group. It can be closed and opened again inside the process; each opening begins with the log on
 * disk and a fresh {@link Leadership}.
 */
public final class RaftNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);
    private static final Duration TICK = Duration.ofMillis(200);
    private static final long CHECKPOINT_REQUEST_MILLIS_MAX = 60_000;
    private static final long STEP_DOWN_MILLIS_MAX = 3_000;
    private static final Duration CLOSE_TIME_MAX = Duration.ofSeconds(60);
    private static final long CALLBACK_THREAD_IDLE_SECONDS_MAX = 10;
    /** Below this the log is kept for nobody, and nobody is given files: this node needs the rest itself. */
    private static final long GIVING_FREE_BYTES_MIN = 512L << 20;

    private static final int GIVING_THREADS_MAX = 2;
    private static final Duration FOR_EVER = Duration.ofDays(10_000);
    /** 2^64 divided by the golden ratio: spreads consecutive terms evenly. */
    private static final long TERM_MIX = 0x9E3779B97F4A7C15L;

    private final Identity identity;
    private final RaftSettings settings;
    private final ReplicatedState state;
    private final ClusterClock clock;
    private final LongSupplier nanoTicker;
    private final Halt halt;
    private final Officeholder holder;
    private final PeerPort port;
    private final LogHolds holds;
    private final SnapshotService giving;
    private final Optional<Installer> installer;
    private final Figures figures;
    private volatile @Nullable Running running;
    private @Nullable CloseTimeoutException stuck;
    private volatile boolean removed;
    private volatile boolean closing;

    /**
     * Who this node is: its shard, itself, all members of the group that is formed, and where its data live. Members matter at
     * the first start only; afterwards, and for a node that is to be admitted, the list may be empty.
     */
    public record Identity(Shard shard, Member self, List<Member> members, Path data) {
        public Identity {
            members = List.copyOf(members);
            if (!members.isEmpty()
                    && members.stream().noneMatch(member -> member.id().equals(self.id()))) {
                throw new IllegalArgumentException(
                        "this node, " + self.label() + " (" + self.id() + "), is not among the members " + members);
            }
        }
    }

    /** What listens beside Raft while the node is open, with which TLS, and the way to the other nodes. */
    public record Network(PeerPort port, Peers peers) {}

    /** Whether this node may begin with an empty vote: only while a group is being formed, or under a new uuid. */
    public enum Formation {
        /** The group is being formed, by all its first members. */
        FIRST_START,
        /** The group is there and will admit this node, under a uuid never used before: until then it neither votes nor stands. */
        JOINING,
        /** Whatever it was, it goes on. */
        RESTART
    }

    /** What this node is to its group. */
    public enum Part {
        /** It takes no part: not opened, or closed. */
        CLOSED,
        /** It runs and waits to be admitted, neither voting nor serving. */
        JOINING,
        MEMBER,
        /** The group goes on without it, for ever: it has closed itself. */
        REMOVED
    }

    /** What a node knows about itself; leader is null when it knows none, indexes are -1 when there is nothing. */
    public record Status(
            String shard,
            boolean leads,
            @Nullable UUID leader,
            long term,
            long appliedIndex,
            long committedIndex,
            long fsyncedIndex,
            long checkpointIndex,
            long firstMissingIndex) {}

    /**
     * @param state recovered at each opening and closed at each closing
     * @param nanoTicker a monotonic clock in nanoseconds
     * @param network gets the service that gives files to other nodes
     */
    public RaftNode(
            Identity identity,
            RaftSettings settings,
            ReplicatedState state,
            ClusterClock clock,
            LongSupplier nanoTicker,
            Halt halt,
            Officeholder holder,
            Network network) {
        this.identity = identity;
        this.settings = settings;
        this.state = state;
        this.clock = clock;
        this.nanoTicker = nanoTicker;
        this.halt = halt;
        this.holder = new SoundOfficeholder(holder, state);
        port = network.port();
        holds = new LogHolds(nanoTicker, () -> identity.data().toFile().getUsableSpace(), GIVING_FREE_BYTES_MIN);
        var shard = identity.shard();
        giving = new SnapshotService(
                shard.name(), holds, nanoTicker, idleThreads("giving-files-" + shard.name(), GIVING_THREADS_MAX));
        port.services().add(giving);
        installer = state.replica()
                .map(replica -> new Installer(shard, identity.self().id(), replica, network.peers(), nanoTicker));
        figures = new Figures(shard.name(), currentDirectory(shard.raftDirectory(identity.data())), nanoTicker);
    }

    /**
     * Checks the log, repairs a torn tail, and takes part in the group. Where the files do not reach up to the log, the node stays
     * closed until it has got another node's, and opens by itself: see {@link #isInstalling}.
     *
     * @throws CorruptLogException the log is damaged: nothing was changed
     * @throws IOException a restart without a vote file, a foreign directory, a port in use, or a disk that fails
     */
    public synchronized void open(Formation formation) throws IOException {
        if (running != null) {
            throw new IllegalStateException("shard " + identity.shard().name() + " is open already");
        }
        if (stuck != null) {
            throw new IOException(
                    "shard " + identity.shard().name() + " did not close and cannot be opened again", stuck);
        }
        if (isInstalling()) {
            throw new IllegalStateException("shard " + identity.shard().name() + " is taking files from another node");
        }
        closing = false;
        openNow(formation);
    }

    private void openNow(Formation formation) throws IOException {
        // Ratis would end the process when a port is taken, and would do so on any uncaught exception of any thread
        ExitUtils.disableSystemExit();
        ExitUtils.setTerminateOnUncaughtException(false);
        var directory = identity.shard().raftDirectory(identity.data());
        checkDirectory(directory, formation);
        var applied = ConfigurationFiles.applied(currentDirectory(directory));
        var log = LogTail.repair(currentDirectory(directory));
        checkPort();
        Files.createDirectories(directory);
        VoteDurability.syncDirectory(directory);
        var first = firstMembers(identity.shard().directory(identity.data()), formation);
        var started = new Running(directory, log, first, applied.orElse(first));
        try {
            started.start();
        } catch (CompletionException e) {
            started.close();
            var missing = missingEntries(e);
            if (missing.isPresent()
                    && installer.isPresent()
                    && !isInstalling()
                    && !knownOthers().isEmpty()) {
                LOG.error("{}", missing.get().getMessage());
                var unused = installClosed(missing.get().indexWanted(), FOR_EVER);
                return;
            }
            var cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(
                    "shard " + identity.shard().name() + " could not be opened: " + cause.getMessage(), cause);
        } catch (IOException | RuntimeException | Error e) {
            started.close();
            throw e;
        }
        running = started;
        removed = false;
        installer.ifPresent(Installer::start);
    }

    private static Optional<MissingEntriesException> missingEntries(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof MissingEntriesException missing) {
                return Optional.of(missing);
            }
        }
        return Optional.empty();
    }

    /** Whether this node is taking files from another one, be it open meanwhile or closed. */
    public boolean isInstalling() {
        return installer.isPresent() && installer.get().running();
    }

    /**
     * Makes the files good: closes, takes from another node whatever differs, and opens again. Completes when it is open; fails
     * when nobody gave anything within the limit, and then it is open on the files it had.
     */
    public CompletableFuture<Void> repair(Duration limit) throws IOException {
        var taking = installer.orElseThrow(
                () -> new IllegalStateException("shard " + identity.shard().name() + " has no files"));
        taking.stop();
        synchronized (this) {
            if (isInstalling()) {
                throw new IOException("shard " + identity.shard().name() + ": another installation has not ended yet");
            }
            var indexMin = opened().indexBeforeLog();
            closeNow();
            return installClosed(indexMin, limit);
        }
    }

    /** Log and vote stay as they are: an installed state may reach further than the log, but never may a gap come before it. */
    private CompletableFuture<Void> installClosed(long indexMin, Duration limit) {
        return installer.orElseThrow().installClosed(this::knownOthers, indexMin, limit, fetched -> {
            synchronized (this) {
                if (fetched != null) {
                    ConfigurationFiles.advance(currentDirectory(), fetched.configuration());
                    state.replica().orElseThrow().damage().forget();
                }
                openAgain();
            }
            if (fetched == null) {
                throw new IOException("no node gave its files within " + limit);
            }
        });
    }

    private void openAgain() {
        if (closing) {
            return;
        }
        try {
            openNow(Formation.RESTART);
        } catch (IOException | RuntimeException e) {
            halt.halt(
                    Halt.LOG_FAILED,
                    "shard " + identity.shard().name() + ": could not be opened again after an installation: " + e,
                    e);
        }
    }

    private List<NodeAddress> knownOthers() {
        try {
            var last = ConfigurationFiles.applied(currentDirectory());
            var members = last.isPresent()
                    ? last.get()
                    : ConfigurationFiles.first(identity.shard().directory(identity.data()));
            return members.stream()
                    .filter(member -> !member.id().equals(identity.self().id()))
                    .map(member -> new NodeAddress(member.host(), member.port()))
                    .toList();
        } catch (IOException e) {
            LOG.error(
                    "Shard {}: nobody is known who could give files",
                    identity.shard().name(),
                    e);
            return List.of();
        }
    }

    private Path currentDirectory() {
        return currentDirectory(identity.shard().raftDirectory(identity.data()));
    }

    private List<Member> firstMembers(Path shardDirectory, Formation formation) throws IOException {
        if (formation == Formation.FIRST_START && identity.members().isEmpty()) {
            throw new IllegalArgumentException("a group of nobody cannot be formed");
        }
        if (formation == Formation.RESTART) {
            return ConfigurationFiles.first(shardDirectory);
        }
        var wanted = formation == Formation.JOINING ? List.<Member>of() : identity.members();
        if (!ConfigurationFiles.firstKnown(shardDirectory)) {
            ConfigurationFiles.writeFirst(shardDirectory, wanted);
        }
        var first = ConfigurationFiles.first(shardDirectory);
        if (!Set.copyOf(first).equals(Set.copyOf(wanted))) {
            throw new IOException(shardDirectory + " belongs to a group that was formed with " + first + ", not with "
                    + wanted + ": a new node begins with an empty directory");
        }
        return first;
    }

    /**
     * Takes no part any more: fences, stops serving, lets go of port and files. Does nothing when closed.
     *
     * @throws CloseTimeoutException it did not end in time: the process has to be halted before anybody uses the files
     */
    @Override
    public void close() throws IOException {
        closing = true;
        // without the lock: an installation may be waiting for it
        installer.ifPresent(Installer::stop);
        closeNow();
    }

    private synchronized void closeNow() throws IOException {
        var last = running;
        running = null;
        if (last != null) {
            try {
                last.close();
            } catch (CloseTimeoutException e) {
                stuck = e;
                throw e;
            }
        }
    }

    public boolean isOpen() {
        return running != null;
    }

    /** Who holds the office, and how to give it up; a new one after each opening. */
    public Leadership leadership() {
        return opened().leadership;
    }

    public Status status() {
        return opened().status();
    }

    /** Who belongs to the group; a new one after each opening. */
    public Membership membership() {
        return opened().membership;
    }

    /** Whether this node belongs to the group; asks nobody. */
    public Part part() {
        var now = running;
        if (now == null) {
            return removed ? Part.REMOVED : Part.CLOSED;
        }
        return now.membership.includesSelf() ? Part.MEMBER : Part.JOINING;
    }

    /** Begins a checkpoint soon, whatever the settings say; the log before it goes when it is finished. */
    public void checkpointSoon() {
        opened().requestCheckpoint();
    }

    /**
     * Has every replica hash its state at one entry of the log, behind everything that was acknowledged before this call; to be
     * called on the leader. The hashes are asked for where the states are.
     */
    public CompletableFuture<LogPosition> verify() {
        return opened().send(VerificationEntry.encode())
                .thenApply(reply -> FileStateMachine.position(Running.message(reply)));
    }

    /** The committed entries of the log, of the group as it is open now. */
    public CommittedLog committedLog() {
        return opened().entries;
    }

    /** What is measured here, also while this node is closed. */
    public ReplicationFigures figures() {
        var now = running;
        return now == null ? figures.closed() : figures.of(now.division);
    }

    /** Ratis has closed the group since this node does not belong to it: one that was never admitted goes on waiting. */
    private void leave(Running last) {
        if (running != last) {
            return;
        }
        var shard = identity.shard().name();
        var self = identity.self();
        // without the lock, which an installation may be waiting for
        installer.ifPresent(Installer::stop);
        try {
            synchronized (this) {
                if (running != last || closing) {
                    return;
                }
                closeNow();
                if (last.wasMember) {
                    removed = true;
                    LOG.error(
                            "Shard {}: node {} (member {}) was removed from the cluster: it takes no part any more."
                                    + " Its data can be deleted",
                            shard,
                            self.label(),
                            self.id());
                } else {
                    LOG.info("Shard {}: node {} still waits to be admitted", shard, self.label());
                    openNow(Formation.RESTART);
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.error("Shard {}: leaving the group failed", shard, e);
        }
    }

    /** Past the office's writer, as a submission of an earlier office that comes late. */
    CompletableFuture<Outcome> submit(ByteBuffer entry) {
        return opened().submit(entry);
    }

    private Running opened() {
        var now = running;
        if (now == null) {
            throw new IllegalStateException("shard " + identity.shard().name() + " is closed on this node");
        }
        return now;
    }

    private Path currentDirectory(Path directory) {
        return directory.resolve(identity.shard().groupId().toString()).resolve("current");
    }

    private void checkDirectory(Path directory, Formation formation) throws IOException {
        if (Files.isDirectory(directory)) {
            try (var groups = Files.newDirectoryStream(directory)) {
                for (var group : groups) {
                    if (!group.getFileName()
                            .toString()
                            .equals(identity.shard().groupId().toString())) {
                        throw new IOException(directory + " belongs to another cluster: it holds " + group.getFileName()
                                + ", this cluster's shard is "
                                + identity.shard().groupId());
                    }
                }
            }
        }
        var vote = currentDirectory(directory).resolve("raft-meta");
        if (formation == Formation.RESTART && !Files.exists(vote)) {
            throw new IOException("there is no vote in " + vote + ": member "
                    + identity.self().id() + " (node "
                    + identity.self().label() + ") lost its data and must not vote under its old identity."
                    + " Admit it anew: quorummq cluster replace "
                    + identity.self().label());
        }
    }

    private void checkPort() throws IOException {
        var self = identity.self();
        try (var probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(self.host(), self.port()));
        } catch (IOException e) {
            throw new IOException("cannot listen for the other nodes on " + self.address() + ": " + e.getMessage(), e);
        }
    }

    /** Everything that lives from one opening to the next closing. */
    private final class Running implements LogSink, Ballot, Giver, Installer.Behind {
        private final RaftGroup group;
        private final RaftPeerId self = Members.peerId(identity.self().id());
        private final ClientId client = ClientId.randomId();
        private final AtomicLong calls = new AtomicLong();
        private final FileStateMachine machine;
        private final RaftServer server;
        private final RaftServer.Division division;
        private final Leadership leadership;
        private final ScheduledExecutorService ticks;
        private long lastCheckpointNanos = nanoTicker.getAsLong();
        private long entriesAtCheckpoint;
        private boolean clockSet;
        private volatile @Nullable NodeAddress installationAskedBy;
        private volatile boolean logKept;
        private final Membership membership;
        private final RedoneLog entries;
        private final UnsoundLeader unsound;
        private final GroupEnd end = new GroupEnd();
        private volatile boolean wasMember;
        private boolean leaving;
        private volatile long purgeableIndex = -1;
        private long purgedIndex = -1;

        /**
         * @param first the members the group was formed with
         * @param last the members it had when this node last heard of a change
         */
        Running(Path directory, LogTail.Extent log, List<Member> first, List<Member> last) throws IOException {
            var shard = identity.shard();
            group = RaftGroup.valueOf(RaftGroupId.valueOf(shard.groupId()), Members.peers(first));
            var properties = settings.properties(
                    directory, identity.self().host(), identity.self().port(), last.size() == 1);
            RaftSettings.assertSafe(properties);
            var callbacks = callbackThread("log-callbacks-" + shard.name());
            ticks = Executors.newSingleThreadScheduledExecutor(named("raft-ticks-" + shard.name()));
            var around = new LogWriter.Surroundings(shard.name(), this, clock::millis, nanoTicker, callbacks);
            leadership = new Leadership(shard.name(), identity.self().id(), this, holder, (term, onFenced) -> {
                if (alone() && !clockSet) {
                    // alone, a start is a full stop of the cluster, and the median of the wall clocks is this one
                    clockSet = true;
                    clock.advanceToWall();
                }
                clock.lead();
                return new LogWriter(term, settings.writing(), around, onFenced);
            });
            machine = new FileStateMachine(
                    shard.name(),
                    state,
                    clock,
                    halt,
                    new FileStateMachine.RaftEvents(
                            leadership::onReady,
                            this::onLost,
                            this::onLeaderChanged,
                            () -> end.closing(nanoTicker.getAsLong()),
                            end::notAMember,
                            this::currentTerm,
                            this::lastLogIndex,
                            client),
                    log);
            machine.onCheckpoint(this::onCheckpoint);
            machine.onCheckpointBegun(figures::checkpointBegins);
            machine.onApplied(figures::applied);
            machine.onInstallation(new InstallationRequests());
            server = RaftServer.newBuilder()
                    .setServerId(self)
                    .setGroup(group)
                    .setStateMachineRegistry(id -> machine)
                    .setProperties(properties)
                    .setParameters(port.raftParameters(identity.self().id()))
                    .setOption(RaftStorage.StartupOption.RECOVER)
                    .build();
            division = server.getDivision(group.getGroupId());
            membership = new Membership(
                    shard.name(), identity.self().id(), server, division, client, calls::incrementAndGet);
            unsound = new UnsoundLeader(shard.name(), leadership, state::damaged);
            entries = new RedoneLog(division::getRaftLog, identity.data());
        }

        private boolean alone() {
            return membership.includesSelf() && membership.members().size() == 1;
        }

        void start() throws IOException {
            server.start();
            giving.give(this);
            wasMember = membership.includesSelf();
            if (!wasMember) {
                LOG.info(
                        "Shard {}: node {} is no member: it neither votes nor serves until it is admitted",
                        identity.shard().name(),
                        identity.self().label());
            }
            var unused =
                    ticks.scheduleWithFixedDelay(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
        }

        void close() throws IOException {
            giving.give(null);
            machine.expectClose();
            ticks.shutdownNow();
            leadership.close();
            clock.follow();
            try {
                ServerClosing.close(server, division, CLOSE_TIME_MAX);
            } catch (CloseTimeoutException e) {
                throw e;
            } catch (IOException e) {
                state.close();
                throw e;
            }
            // where Ratis did not come so far as to start the state machine it does not close it either
            state.close();
        }

        @Override
        public CompletableFuture<Outcome> submit(ByteBuffer entry) {
            var begun = nanoTicker.getAsLong();
            return send(entry).thenApply(reply -> {
                var outcome = outcome(reply);
                figures.committed(nanoTicker.getAsLong() - begun);
                return outcome;
            });
        }

        private CompletableFuture<RaftClientReply> send(ByteBuffer entry) {
            var request = RaftClientRequest.newBuilder()
                    .setClientId(client)
                    .setServerId(self)
                    .setGroupId(group.getGroupId())
                    .setCallId(calls.incrementAndGet())
                    .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(entry)))
                    .setType(RaftClientRequest.writeRequestType())
                    .build();
            try {
                return ((RaftClientAsynchronousProtocol) division).submitClientRequestAsync(request);
            } catch (IOException | RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private static Message message(RaftClientReply reply) {
            if (!reply.isSuccess()) {
                throw new CompletionException(reply.getException());
            }
            return reply.getMessage();
        }

        private static Outcome outcome(RaftClientReply reply) {
            return message(reply).getContent().equals(FileStateMachine.APPLIED.getContent())
                    ? Outcome.APPLIED
                    : Outcome.DROPPED;
        }

        @Override
        public boolean leads(long term) {
            var info = division.getInfo();
            return info.isLeader() && info.getCurrentTerm() == term;
        }

        @Override
        public CompletableFuture<Void> stepDown(long term) {
            return leads(term) ? moveLeadership(null, STEP_DOWN_MILLIS_MAX) : CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> transfer(UUID member, Duration limit) {
            return moveLeadership(Members.peerId(member), limit.toMillis());
        }

        @Override
        public Optional<UUID> successor() {
            var info = division.getInfo();
            var answering = info.getRoleInfoProto().getLeaderInfo().getFollowerInfoList().stream()
                    .filter(follower -> follower.getLastRpcElapsedTimeMs()
                            < settings.electionTimeoutMax().toMillis())
                    .map(follower -> RaftPeerId.valueOf(follower.getId().getId()))
                    .filter(membership::includes)
                    .map(Members::uuid)
                    .sorted()
                    .toList();
            if (answering.isEmpty()) {
                return Optional.empty();
            }
            // another one each time, so that two nodes that cannot serve do not pass the office to each other for ever
            var mixed = (info.getCurrentTerm() * TERM_MIX) >>> 33;
            return Optional.of(answering.get((int) (mixed % answering.size())));
        }

        private CompletableFuture<Void> moveLeadership(@Nullable RaftPeerId successor, long millisMax) {
            var request = new TransferLeadershipRequest(
                    client, self, group.getGroupId(), calls.incrementAndGet(), successor, millisMax);
            try {
                return server.transferLeadershipAsync(request).thenAccept(reply -> {
                    if (!reply.isSuccess()) {
                        throw new CompletionException(reply.getException());
                    }
                });
            } catch (IOException | RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private void onLeaderChanged() {
            figures.leaderChanged();
            holder.leaderChanged();
        }

        private void onLost(long term) {
            leadership.onLost(term);
            clock.follow();
        }

        private long currentTerm() {
            return division.getInfo().getCurrentTerm();
        }

        private long lastLogIndex() {
            return division.getRaftLog().getNextIndex() - 1;
        }

        private void tick() {
            try {
                checkEnd();
                leadership.office().ifPresent(office -> office.log().fenceIfOverdue());
                leadership.stepDownIfStuck();
                unsound.check();
                giving.expire();
                purge();
                installer.ifPresent(taking -> taking.catchUp(this, lastLogIndex()));
                if (checkpointIsDue()) {
                    requestCheckpoint();
                }
            } catch (RuntimeException | Error e) {
                LOG.error("Shard {}: a regular check failed", identity.shard().name(), e);
            }
        }

        private void checkEnd() {
            wasMember |= membership.includesSelf();
            var closed = division.getInfo().getLifeCycleState() == LifeCycle.State.CLOSED;
            var verdict = end.verdict(nanoTicker.getAsLong(), closed, membership.includesSelf());
            if (verdict == GroupEnd.Verdict.GOING_ON || leaving) {
                return;
            }
            leaving = true;
            if (verdict == GroupEnd.Verdict.NOT_A_MEMBER) {
                named("raft-leaving-" + identity.shard().name())
                        .newThread(() -> leave(this))
                        .start();
            } else {
                halt.halt(
                        Halt.LOG_FAILED,
                        "shard " + identity.shard().name() + ": Ratis closed the Raft group after a failure, see above",
                        null);
            }
        }

        private boolean checkpointIsDue() {
            if (machine.checkpointIsWaiting() || machine.bytesSinceCheckpoint() >= settings.checkpointLogBytes()) {
                return true;
            }
            return machine.entriesApplied() > entriesAtCheckpoint
                    && nanoTicker.getAsLong() - lastCheckpointNanos
                            >= settings.checkpointInterval().toNanos();
        }

        private void requestCheckpoint() {
            if (!machine.wantCheckpoint()) {
                return;
            }
            lastCheckpointNanos = nanoTicker.getAsLong();
            entriesAtCheckpoint = machine.entriesApplied();
            var request = SnapshotManagementRequest.newCreate(
                    client, self, group.getGroupId(), calls.incrementAndGet(), CHECKPOINT_REQUEST_MILLIS_MAX, 1);
            var unused = server.snapshotManagementAsync(request).whenComplete((reply, failure) -> {
                if (failure != null || !reply.isSuccess()) {
                    LOG.warn(
                            "Shard {}: no checkpoint was begun, will be tried again: {}",
                            identity.shard().name(),
                            failure == null ? reply.getException() : failure);
                }
            });
        }

        private void onCheckpoint(long index) {
            figures.checkpointEnds();
            // Ratis looks for it only when it purges; a leader may ask for it before
            division.getRaftLog().updateSnapshotIndex(index);
            purgeableIndex = index;
            purge();
        }

        /** Up to the last checkpoint, as far as nobody needs the log any more; at each tick as well. */
        private synchronized void purge() {
            try {
                var index = holds.limit(purgeableIndex);
                if (index > purgedIndex && !logKept && entries.mayGo()) {
                    purgedIndex = index;
                    var unused = division.getRaftLog().purge(index);
                }
            } catch (IOException e) {
                LOG.warn("Shard {}: the log was not purged", identity.shard().name(), e);
            }
        }

        /** The entry before the first in the log; without a log, the last of the files. */
        long indexBeforeLog() {
            var first = division.getRaftLog().getStartIndex();
            return first < 0 ? machine.getLastAppliedTermIndex().getIndex() : first - 1;
        }

        @Override
        public SnapshotExport export(long indexMin) throws PeerRefusal {
            var replica = state.replica().orElseThrow(() -> new PeerRefusal("this node keeps no files"));
            if (!replica.damage().places().isEmpty()) {
                throw new PeerRefusal("the files of this node are damaged");
            }
            var store = replica.store();
            if (store.redoing()) {
                throw new PeerRefusal("this node is still applying its log");
            }
            if (store.checkpointed().index() < Math.max(0, indexMin)) {
                requestCheckpoint();
                throw new PeerRefusal("the last checkpoint of this node ends at " + store.checkpointed()
                        + "; a new one is asked for");
            }
            return store.export();
        }

        @Override
        public byte[] configuration() {
            return ConfigurationFiles.encode(division.getRaftConf());
        }

        @Override
        public void damaged(DamageException damage) {
            state.replica().ifPresent(replica -> replica.damage().report(damage));
        }

        @Override
        public List<NodeAddress> others() {
            var leader = installationAskedBy;
            var members = division.getRaftConf().getAllPeers().stream()
                    .filter(peer -> !peer.getId().equals(self))
                    .map(peer -> NodeAddress.of(peer.getAddress()));
            return Stream.concat(Stream.ofNullable(leader), members).distinct().toList();
        }

        @Override
        public long appliedIndex() {
            return machine.getLastAppliedTermIndex().getIndex();
        }

        @Override
        public void checkpoint() {
            requestCheckpoint();
        }

        @Override
        public void keepLog(boolean keep) {
            logKept = keep;
        }

        @Override
        public void reopen() {
            synchronized (RaftNode.this) {
                if (running != this || closing) {
                    return;
                }
                try {
                    closeNow();
                } catch (IOException e) {
                    halt.halt(
                            Halt.LOG_FAILED,
                            "shard " + identity.shard().name() + ": could not be closed for an installation: " + e,
                            e);
                    return;
                }
                state.replica().ifPresent(replica -> replica.damage().forget());
                openAgain();
            }
        }

        /** Ratis asks for files, and says when it has to be told to ask anew. */
        private final class InstallationRequests implements FileStateMachine.InstallationEvents {
            @Override
            public CompletableFuture<@Nullable TermIndex> needed(String leaderAddress, long firstInLog) {
                if (!leaderAddress.isEmpty()) {
                    installationAskedBy = NodeAddress.of(leaderAddress);
                }
                return installer.isEmpty()
                        ? new CompletableFuture<>()
                        : installer.get().behind(firstInLog, Running.this);
            }

            @Override
            public void leaderChanged() {
                installer.ifPresent(Installer::leaderChanged);
            }
        }

        Status status() {
            var info = division.getInfo();
            var leader = info.getLeaderId();
            var snapshot = machine.getLatestSnapshot();
            return new Status(
                    identity.shard().name(),
                    info.isLeader(),
                    leader == null ? null : UUID.fromString(leader.toString()),
                    info.getCurrentTerm(),
                    info.getLastAppliedIndex(),
                    division.getRaftLog().getLastCommittedIndex(),
                    division.getRaftLog().getFlushIndex(),
                    snapshot == null ? -1 : snapshot.getIndex(),
                    machine.installationAsked());
        }
    }

    /** One thread, so that callbacks keep their order. */
    private static Executor callbackThread(String name) {
        return idleThreads(name, 1);
    }

    /** Threads that go when they are not needed, never refusing a task: what fails must be told even after closing. */
    private static Executor idleThreads(String name, int threads) {
        var pool = new ThreadPoolExecutor(
                threads,
                threads,
                CALLBACK_THREAD_IDLE_SECONDS_MAX,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                named(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory named(String name) {
        return task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
