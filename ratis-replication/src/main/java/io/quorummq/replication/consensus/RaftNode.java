/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.consensus.ReplicatedState.Outcome;
import io.quorummq.replication.installation.LogHolds;
import io.quorummq.replication.installation.SnapshotService;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.PeerPort;
import io.quorummq.replication.peer.Peers;
import io.quorummq.replication.store.LogPosition;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
import java.util.function.LongSupplier;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
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
    private static final Duration CLOSE_TIME_MAX = Duration.ofSeconds(60);
    private static final long CALLBACK_THREAD_IDLE_SECONDS_MAX = 10;
    /** Below this the log is kept for nobody, and nobody is given files: this node needs the rest itself. */
    private static final long GIVING_FREE_BYTES_MIN = 512L << 20;

    private static final int GIVING_THREADS_MAX = 2;
    private static final Duration FOR_EVER = Duration.ofDays(10_000);

    private final Identity identity;
    private final RaftSettings settings;
    private final ReplicatedState state;
    private final ClusterClock clock;
    private final LongSupplier nanoTicker;
    private final Halt halt;
    private final Officeholder holder;
    private final PeerPort port;
    private final Peers peers;
    private final GroupDirectory directory;
    private final Figures figures;
    private final LogHolds holds;
    private final SnapshotService giving;
    private final Optional<Installer> installer;
    private volatile @Nullable Running running;
    private @Nullable CloseTimeoutException stuck;
    private volatile boolean removed;
    private Formation formation = Formation.RESTART;
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
        this.holder = holder;
        peers = network.peers();
        port = network.port();
        directory = new GroupDirectory(identity);
        var shard = identity.shard();
        figures = new Figures(shard.name(), directory.current(), nanoTicker);
        holds = new LogHolds(nanoTicker, () -> identity.data().toFile().getUsableSpace(), GIVING_FREE_BYTES_MIN);
        giving = new SnapshotService(
                shard.name(), holds, nanoTicker, idleThreads("giving-files-" + shard.name(), GIVING_THREADS_MAX));
        port.services().add(giving).add(new ClockService(shard.name(), clock, this::currentTerm));
        installer = state.replica()
                .map(replica -> new Installer(shard, identity.self().id(), replica, network.peers(), nanoTicker));
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
        this.formation = formation;
        // Ratis would end the process when a port is taken, and would do so on any uncaught exception of any thread
        ExitUtils.disableSystemExit();
        ExitUtils.setTerminateOnUncaughtException(false);
        directory.check(formation);
        var last = directory.lastMembers();
        var log = LogTail.repair(directory.current());
        checkPort();
        directory.create();
        var first = directory.firstMembers(formation);
        var members = last.orElse(first);
        var started = new Running(log, first, members);
        try {
            started.start();
        } catch (CompletionException e) {
            started.close();
            var missing = MissingEntriesException.in(e);
            var others = addressesOfOthers(members);
            if (missing.isPresent() && installer.isPresent() && !isInstalling() && !others.isEmpty()) {
                LOG.error("{}", missing.get().getMessage());
                removed = false;
                var unused = installClosed(others, missing.get().indexWanted(), FOR_EVER);
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

    private void checkPort() throws IOException {
        var self = identity.self();
        try (var probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(self.host(), self.port()));
        } catch (IOException e) {
            throw new IOException("cannot listen for the other nodes on " + self.address() + ": " + e.getMessage(), e);
        }
    }

    private List<NodeAddress> addressesOfOthers(List<Member> known) {
        return (known.isEmpty() ? identity.members() : known)
                .stream()
                        .filter(member -> !member.id().equals(identity.self().id()))
                        .map(member -> NodeAddress.of(member.address()))
                        .toList();
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
            var last = opened().installation;
            var indexMin = last.indexBeforeLog();
            var others = last.others();
            closeNow();
            return installClosed(others, indexMin, limit);
        }
    }

    /** Log and vote stay as they are: an installed state may reach further than the log, but never may a gap come before it. */
    private CompletableFuture<Void> installClosed(List<NodeAddress> others, long indexMin, Duration limit) {
        return installer.orElseThrow().installClosed(() -> others, indexMin, limit, fetched -> {
            synchronized (this) {
                if (fetched != null) {
                    directory.advance(fetched.configuration());
                    state.replica().orElseThrow().damage().forget();
                }
                openAgain();
            }
            if (fetched == null) {
                throw new IOException("no node gave its files within " + limit);
            }
        });
    }

    /** With the files of another node in place. */
    private synchronized void reopen(Running last) {
        if (running != last || closing) {
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

    private void openAgain() {
        if (closing) {
            return;
        }
        try {
            openNow(formationAgain());
        } catch (IOException | RuntimeException e) {
            halt.halt(
                    Halt.LOG_FAILED,
                    "shard " + identity.shard().name() + ": could not be opened again after an installation: " + e,
                    e);
        }
    }

    /** Once begun, a first start goes on; one that waits to be admitted goes on waiting. */
    private Formation formationAgain() {
        return formation == Formation.FIRST_START ? Formation.RESTART : formation;
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

    /** Ratis has closed the group since this node does not belong to it: one that was never admitted goes on waiting. */
    private void leave(Running last) {
        // without the lock: an installation may be waiting for it
        installer.ifPresent(Installer::stop);
        synchronized (this) {
            if (running != last) {
                if (running != null) {
                    installer.ifPresent(Installer::start);
                }
                return;
            }
            try {
                closeNow();
                leaveNow(last.wasMember);
            } catch (IOException | RuntimeException e) {
                LOG.error("Shard {}: leaving the group failed", identity.shard().name(), e);
            }
        }
    }

    private void leaveNow(boolean wasMember) throws IOException {
        var shard = identity.shard().name();
        var self = identity.self();
        if (wasMember) {
            removed = true;
            LOG.error(
                    "Shard {}: node {} (member {}) was removed from the cluster: it takes no part any more."
                            + " Its data can be deleted",
                    shard,
                    self.label(),
                    self.id());
        } else if (!closing) {
            LOG.info("Shard {}: node {} still waits to be admitted", shard, self.label());
            openNow(formationAgain());
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
        opened().checkpoints.request();
    }

    /**
     * Has every replica hash its state at one entry of the log, behind everything that was acknowledged before this call; to be
     * called on the leader. The hashes are asked for where the states are.
     */
    public CompletableFuture<LogPosition> verify() {
        return opened().client.send(VerificationEntry.encode()).thenApply(FileStateMachine::position);
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

    /** Past the office's writer, as a submission of an earlier office that comes late. */
    CompletableFuture<Outcome> submit(ByteBuffer entry) {
        return opened().client.submit(entry);
    }

    private long currentTerm() {
        var now = running;
        return now == null ? 0 : now.currentTerm();
    }

    private Running opened() {
        var now = running;
        if (now == null) {
            throw new IllegalStateException("shard " + identity.shard().name() + " is closed on this node");
        }
        return now;
    }

    /** Everything that lives from one opening to the next closing. */
    private final class Running {
        private final FileStateMachine machine;
        private final RaftServer server;
        private final RaftServer.Division division;
        private final GroupClient client;
        private final Membership membership;
        private final Timekeeping time;
        private final Leadership leadership;
        private final Checkpoints checkpoints;
        private final RedoneLog entries;
        private final LogPurge purge;
        private final InstallationPart installation;
        private final UnsoundLeader unsound;
        private final ScheduledExecutorService ticks;
        private final GroupEnd end = new GroupEnd();
        private volatile boolean wasMember;
        private boolean leaving;

        /**
         * @param first the members the group was formed with
         * @param last the members it had when this node last heard of a change
         */
        Running(LogTail.Extent log, List<Member> first, List<Member> last) throws IOException {
            var shard = identity.shard();
            var self = identity.self();
            var group = RaftGroup.valueOf(RaftGroupId.valueOf(shard.groupId()), Members.peers(first));
            var alone = last.size() == 1 && last.get(0).id().equals(self.id());
            var properties = settings.properties(directory.raft(), self.host(), self.port(), alone);
            RaftSettings.assertSafe(properties);
            var writer = ClientId.randomId();
            machine = new FileStateMachine(
                    shard.name(),
                    state,
                    clock,
                    halt,
                    new FileStateMachine.RaftEvents(
                            this::onReady,
                            this::onLost,
                            this::onLeaderChanged,
                            () -> end.closing(nanoTicker.getAsLong()),
                            end::notAMember,
                            this::currentTerm,
                            this::lastLogIndex,
                            writer),
                    log);
            server = RaftServer.newBuilder()
                    .setServerId(Members.peerId(self.id()))
                    .setGroup(group)
                    .setStateMachineRegistry(id -> machine)
                    .setProperties(properties)
                    .setParameters(port.raftParameters(self.id()))
                    .setOption(RaftStorage.StartupOption.RECOVER)
                    .build();
            division = server.getDivision(group.getGroupId());
            client = new GroupClient(
                    writer, identity, server, division, settings.electionTimeoutMax(), figures, nanoTicker);
            membership = client.membership();
            time = timekeeping();
            leadership = leadership();
            unsound = new UnsoundLeader(shard.name(), leadership, state::damaged);
            checkpoints = new Checkpoints(shard.name(), settings, machine, client, nanoTicker);
            entries = new RedoneLog(division::getRaftLog, identity.data());
            purge = new LogPurge(shard.name(), this::purgeLog, machine::checkpointIndex, holds, entries);
            installation =
                    new InstallationPart(state, division, machine, checkpoints, purge, installer, () -> reopen(this));
            ticks = Executors.newSingleThreadScheduledExecutor(named("raft-ticks-" + shard.name()));
            machine.onCheckpointBegun(figures::checkpointBegins);
            machine.onCheckpoint(this::onCheckpoint);
            machine.onApplied(figures::applied);
            machine.onInstallation(installation);
        }

        private Leadership leadership() {
            var shard = identity.shard().name();
            var around = new LogWriter.Surroundings(
                    shard, client, clock::millis, nanoTicker, callbackThread("log-callbacks-" + shard));
            var sound = new SoundOfficeholder(new PunctualOfficeholder(holder, time), state);
            return new Leadership(shard, identity.self().id(), client, sound, (term, onFenced) -> {
                clock.lead();
                return new LogWriter(term, settings.writing(), around, onFenced);
            });
        }

        private Timekeeping timekeeping() {
            var shard = identity.shard().name();
            var wrongClock =
                    new WrongClock(shard, clock, () -> figures.of(division).lags(), this::handOver, nanoTicker);
            return new Timekeeping(
                    shard, identity.self().id(), clock, membership::members, peers, wrongClock, nanoTicker);
        }

        private void handOver(UUID successor, Duration limit) {
            var unused = leadership.handOver(successor, limit);
        }

        void start() throws IOException {
            server.start();
            wasMember = membership.includesSelf();
            if (!wasMember) {
                LOG.info(
                        "Shard {}: node {} is no member: it neither votes nor serves until it is admitted",
                        identity.shard().name(),
                        identity.self().label());
            }
            giving.give(installation);
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

        private void onReady(long term) {
            leadership.onReady(term);
        }

        private void onLost(long term) {
            leadership.onLost(term);
            clock.follow();
        }

        private void onLeaderChanged() {
            figures.leaderChanged();
            holder.leaderChanged();
        }

        private void onCheckpoint(long index) {
            figures.checkpointEnds();
            // Ratis looks for it only when it purges; a leader may ask for it before
            division.getRaftLog().updateSnapshotIndex(index);
            purge.purge();
        }

        private long currentTerm() {
            return division.getInfo().getCurrentTerm();
        }

        private long lastLogIndex() {
            return division.getRaftLog().getNextIndex() - 1;
        }

        private void purgeLog(long index) {
            var unused = division.getRaftLog().purge(index);
        }

        private void tick() {
            try {
                checkEnd();
                leadership.office().ifPresent(office -> office.log().fenceIfOverdue());
                leadership.stepDownIfStuck();
                time.tick();
                unsound.check();
                giving.expire();
                purge.purge();
                installation.catchUp();
                checkpoints.requestIfDue();
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

        Status status() {
            var info = division.getInfo();
            var leader = info.getLeaderId();
            return new Status(
                    identity.shard().name(),
                    info.isLeader(),
                    leader == null ? null : UUID.fromString(leader.toString()),
                    info.getCurrentTerm(),
                    info.getLastAppliedIndex(),
                    division.getRaftLog().getLastCommittedIndex(),
                    division.getRaftLog().getFlushIndex(),
                    machine.checkpointIndex(),
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
