/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.config.BrokerBehaviour;
import io.quorummq.config.Home;
import io.quorummq.core.ConfigurationException;
import io.quorummq.core.artemis.BrokerConfiguration;
import io.quorummq.core.queue.Broker;
import io.quorummq.core.queue.Leader;
import io.quorummq.replication.ReplicationPlugin;
import io.quorummq.replication.ReplicationSettings;
import io.quorummq.replication.artemis.ReplicatedStorage;
import io.quorummq.replication.consensus.Backup;
import io.quorummq.replication.consensus.ClusterClock;
import io.quorummq.replication.consensus.Halt;
import io.quorummq.replication.consensus.LeaderFiles;
import io.quorummq.replication.consensus.Member;
import io.quorummq.replication.consensus.RaftNode;
import io.quorummq.replication.consensus.ReplicationFigures;
import io.quorummq.replication.consensus.Scrubbing;
import io.quorummq.replication.consensus.Shard;
import io.quorummq.replication.consensus.StoreState;
import io.quorummq.replication.identity.AdmissionService;
import io.quorummq.replication.identity.ClusterConfiguration;
import io.quorummq.replication.identity.DurableFile;
import io.quorummq.replication.identity.FormationService;
import io.quorummq.replication.identity.Identification;
import io.quorummq.replication.identity.IdentityFiles;
import io.quorummq.replication.identity.MemberIdentity;
import io.quorummq.replication.identity.Pause;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.PeerCalls;
import io.quorummq.replication.peer.PeerPort;
import io.quorummq.replication.peer.PeerService;
import io.quorummq.replication.peer.PeerServices;
import io.quorummq.replication.peer.TlsFiles;
import io.quorummq.replication.store.LocalDisk;
import io.quorummq.replication.store.StoreSettings;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in its cluster: which member it is, its copy of the files, who leads, and the broker while that is this node.
 * Opened once, closed once.
 */
final class Replica implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    static final String SHARD = "0";
    private static final int THREADS_MAX = 8;
    private static final Duration SCRUB_REST = Duration.ofHours(1);

    private final Home home;
    private final ClusterConfiguration cluster;
    private final ReplicationSettings settings;
    private final Shard shard;
    private final StoreState state;
    private final ClusterClock clock;
    private final ClockWatch clockWatch;
    private final ClusterFiles files;
    private final ClusterCredentials credentials;
    private final ThreadPoolExecutor threads;
    private final PeerServices services;
    private final PeerPort port;
    private final PeerCalls peers;
    private final LeaderDuties duties;
    private final BrokerOffice office;
    private final Change change;
    private final NodeLeader leader;
    private final AdmissionDesk desk;
    private final Scrubbing scrubbing;
    private final SecureRandom random;
    private final long minDiskFreeBytes;
    private volatile @Nullable RaftNode raft;
    private volatile @Nullable UUID self;
    private volatile @Nullable DiskWatch disk;
    private volatile @Nullable Repair repair;
    private Map<String, NodeAddress> nodes = Map.of();

    /** @throws ConfigurationException if what the home says of its cluster cannot be used */
    Replica(Home home, BrokerConfiguration configuration, InstantSource wall, SecureRandom random) {
        this.home = home;
        this.random = random;
        minDiskFreeBytes = configuration.minDiskFreeBytes();
        cluster = ClusterConfiguration.read(home.cluster());
        settings = ReplicationSettings.of(
                configuration.pluginSettings(ReplicationPlugin.class).orElse(Map.of()),
                Runtime.getRuntime().maxMemory());
        shard = Shard.of(cluster.clusterId(), SHARD);
        state = new StoreState(filesDisk(), StoreSettings.DEFAULT);
        clock = new ClusterClock(wall, System::nanoTime);
        clockWatch = new ClockWatch(cluster.self(), clock::departureMillis);
        files = new ClusterFiles(state);
        credentials = new ClusterCredentials(files, new DurableFile(home.credentials()));
        threads = threads();
        services = new PeerServices(cluster.clusterId(), threads);
        port = new PeerPort(services, tls());
        peers = new PeerCalls(cluster.clusterId(), port.tls(), threads);
        duties = new LeaderDuties(
                cluster.self(), BrokerBehaviour.of(home.brokerXml(), configuration.journalFileBytes()), credentials);
        change = new Change(threads);
        office = new BrokerOffice(state, this::broker, change, System::nanoTime);
        leader = new NodeLeader(this::broker, this::otherLeader, peers, change);
        desk = new AdmissionDesk(office, () -> node().membership(), peers);
        scrubbing = new Scrubbing(
                state::store,
                new Scrubbing.Pace(settings.scrubBytesPerSecond(), SCRUB_REST),
                wall,
                System::nanoTime,
                state.damage()::report);
        services.add(new AdmissionService(cluster.clusterId(), desk));
        services.add(new IdentityService(() -> Optional.ofNullable(self)));
        services.add(clusterService(wall));
    }

    private ClusterService clusterService(InstantSource wall) {
        var own = new OwnStatus(
                SHARD,
                cluster.self(),
                ownAddress(),
                () -> Optional.ofNullable(self),
                () -> Optional.ofNullable(raft),
                cluster::others,
                files,
                duties,
                this::troubles,
                clockWatch);
        var leading = new LeaderCalls(office, this::otherLeader, peers);
        return new ClusterService(
                leading,
                new StatusReport(cluster.clusterId(), own, desk::waiting, peers),
                new Verification(SHARD, cluster.self(), this::node, state, scrubbing, peers),
                new ClusterCommands(this::node, () -> Objects.requireNonNull(self), desk, credentials, peers),
                new Backups(
                        SHARD,
                        this::node,
                        new Backup(() -> node().committedLog(), state, cluster.clusterId(), SHARD, wall),
                        leading,
                        threads));
    }

    /** Has damaged files made good. */
    void lookAfterFiles() {
        var now = repair;
        if (now != null) {
            now.lookAfter();
        }
    }

    /** Goes on with nodes that are to join, and keeps what this node's configuration says of the others up to date. */
    void lookAfterMembers() {
        desk.carryOn();
        var node = raft;
        if (node == null || !node.isOpen() || node.part() != RaftNode.Part.MEMBER) {
            return;
        }
        var known = new LinkedHashMap<String, NodeAddress>();
        for (var member : node.membership().members()) {
            known.put(member.label(), new NodeAddress(member.host(), member.port()));
        }
        if (known.containsKey(cluster.self()) && !known.equals(nodes)) {
            nodes = known;
            rewrite(known);
        }
    }

    /** So that commands and restarts find the nodes as they are now; this node's own address stays the operator's matter. */
    private void rewrite(Map<String, NodeAddress> known) {
        var all = new LinkedHashMap<>(known);
        all.put(cluster.self(), cluster.own());
        var now = new ClusterConfiguration(cluster.clusterId(), cluster.self(), all);
        if (!now.nodes().equals(ClusterConfiguration.read(home.cluster()).nodes())) {
            LOG.info("The cluster's nodes are now {}", all);
            now.write(home.cluster());
        }
    }

    private void diskFull() {
        var watch = disk;
        if (watch != null) {
            watch.full();
        }
    }

    /** What is wrong with this node, in words. */
    private List<String> troubles() {
        return Stream.of(
                        Optional.ofNullable(disk).flatMap(DiskWatch::trouble),
                        Optional.ofNullable(repair).flatMap(Repair::trouble))
                .flatMap(Optional::stream)
                .toList();
    }

    /** How replication goes, for the metrics. */
    Optional<ReplicationFigures> figures() {
        return Optional.ofNullable(raft).map(RaftNode::figures);
    }

    ReplicationMeters meters() {
        return new ReplicationMeters(SHARD, this::figures, System::nanoTime);
    }

    Scrubbing scrubbing() {
        return scrubbing;
    }

    ClockWatch clockWatch() {
        return clockWatch;
    }

    ClusterClock clusterClock() {
        return clock;
    }

    private RaftNode node() {
        var node = raft;
        if (node == null) {
            throw new IllegalStateException("this node does not take part in its cluster yet");
        }
        return node;
    }

    /** Adds what this node does for others; before {@link #open}. */
    void offer(PeerService service) {
        services.add(service);
    }

    /**
     * Becomes the member that it is or may be, waiting for other nodes where that takes them, and takes part. A node that is alone
     * serves when this returns; others may still have no leader.
     *
     * @throws ConfigurationException if this node must not start
     */
    void open() {
        try {
            var identity = identify();
            var members = members(identity);
            self = identity.member();
            var halt = Halt.process();
            var opened = new RaftNode(
                    new RaftNode.Identity(shard, own(identity.member()), members, home.data()),
                    settings.raft(),
                    state,
                    clock,
                    System::nanoTime,
                    DiskWatch.halting(halt, this::diskFull),
                    office,
                    new RaftNode.Network(port, peers));
            var watch = new DiskWatch(opened, port, ownAddress(), home.data(), minDiskFreeBytes, halt);
            opened.open(formation(identity));
            raft = opened;
            disk = watch;
            watch.start();
            repair = new Repair(opened, state.damage(), threads, System::nanoTime);
            if (identity.state() != MemberIdentity.State.MEMBER) {
                new IdentityFiles(home.data()).write(identity.begun());
            }
            scrubbing.start();
            // closed while it takes files from another node, it opens by itself
            if (opened.isOpen() && opened.membership().members().size() == 1) {
                office.first().get();
            } else {
                rehearse();
            }
        } catch (IOException e) {
            throw new ConfigurationException("this node cannot take part in its cluster: " + e.getMessage(), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ConfigurationException refused) {
                throw refused;
            }
            throw new ConfigurationException("this node cannot serve: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConfigurationException("interrupted while starting", e);
        }
    }

    private MemberIdentity identify() throws IOException, InterruptedException {
        var identity = new IdentityFiles(home.data());
        services.add(new FormationService(cluster, identity, threads));
        var identification = new Identification(cluster, identity, peers, Pause.real(), random);
        if (identity.identity().isPresent() || cluster.others().isEmpty()) {
            return identification.identify();
        }
        try (var listening = port.listen(ownAddress())) {
            LOG.debug("Listening at {} while this node finds out who it is", listening);
            return identification.identify();
        }
    }

    /** Beside everything else; a node that leads by then has had the real thing. */
    private void rehearse() {
        var thread = new Thread(
                () -> {
                    if (office.serving().isEmpty()) {
                        new Rehearsal(home, clock, random).perform();
                    }
                },
                "rehearsal");
        thread.setDaemon(true);
        thread.start();
    }

    private static RaftNode.Formation formation(MemberIdentity identity) {
        return switch (identity.state()) {
            case NEW -> RaftNode.Formation.FIRST_START;
            case JOINING -> RaftNode.Formation.JOINING;
            case MEMBER -> RaftNode.Formation.RESTART;
        };
    }

    private List<Member> members(MemberIdentity identity) {
        var members = new ArrayList<Member>();
        identity.initialMembers()
                .forEach((label, uuid) -> members.add(
                        label.equals(cluster.self()) ? own(uuid) : member(uuid, label, cluster.address(label))));
        return members;
    }

    private Member own(UUID member) {
        return member(member, cluster.self(), ownAddress());
    }

    private NodeAddress ownAddress() {
        var configured = cluster.own();
        return settings.port().isPresent()
                ? new NodeAddress(configured.host(), settings.port().getAsInt())
                : configured;
    }

    private static Member member(UUID uuid, String label, NodeAddress address) {
        return new Member(uuid, label, address.host(), address.port());
    }

    /** Where this node listens for the others. */
    NodeAddress address() {
        return ownAddress();
    }

    /** Who may use the cluster. */
    ClusterCredentials credentials() {
        return credentials;
    }

    Leader leader() {
        return leader;
    }

    /** The broker, while this node leads. */
    Optional<Broker> broker() {
        return office.serving().map(serving -> serving.broker().broker());
    }

    BrokerOffice office() {
        return office;
    }

    /** Whether CMQ requests can be served here: this node leads, or knows who does. */
    boolean isReady() {
        return office.serving().isPresent() || otherLeader().isPresent();
    }

    private Optional<Member> otherLeader() {
        var node = raft;
        if (node == null || !node.isOpen()) {
            return Optional.empty();
        }
        var leads = node.status().leader();
        return node.membership().members().stream()
                .filter(member -> member.id().equals(leads) && !member.id().equals(self))
                .findFirst();
    }

    private ActiveBroker broker(LeaderFiles leaderFiles) throws IOException {
        duties.before(leaderFiles);
        return new ActiveBroker(
                BrokerConfiguration.read(home.brokerXml(), home.directory()),
                new ReplicatedStorage(leaderFiles, shard.groupId(), home.data()),
                credentials,
                clock,
                random);
    }

    private LocalDisk filesDisk() {
        try {
            return new LocalDisk(shard.filesDirectory(home.data()));
        } catch (IOException e) {
            throw new ConfigurationException("the files of the cluster cannot be used: " + e, e);
        }
    }

    private @Nullable TlsFiles tls() {
        try {
            return TlsFiles.in(home.tls()).orElse(null);
        } catch (IOException e) {
            throw new ConfigurationException("TLS between nodes: " + e.getMessage(), e);
        }
    }

    private static ThreadPoolExecutor threads() {
        var pool = new ThreadPoolExecutor(
                THREADS_MAX, THREADS_MAX, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    var thread = new Thread(task, "node");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Hands the office over where this node holds it, and takes no part any more. */
    @Override
    public void close() {
        var watch = disk;
        if (watch != null) {
            watch.close();
        }
        var node = raft;
        if (node != null && node.isOpen()) {
            giveUpOffice(node);
            try {
                node.close();
            } catch (IOException e) {
                LOG.error("This node's part in the cluster did not close cleanly", e);
            }
        }
        scrubbing.close();
        peers.close();
        threads.shutdown();
    }

    private static void giveUpOffice(RaftNode node) {
        if (node.leadership().office().isEmpty()) {
            return;
        }
        try {
            node.leadership().resign().get(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn("The office was not given up cleanly; it ends now", e);
        }
    }
}
