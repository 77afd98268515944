/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.awaitility.Awaitility.await;

import io.quorummq.replication.peer.PeerCalls;
import io.quorummq.replication.peer.PeerPort;
import io.quorummq.replication.peer.PeerServices;
import io.quorummq.replication.peer.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.jspecify.annotations.Nullable;

/** Several Raft nodes in this JVM over real loopback sockets, between which the network can be cut. */
final class TestCluster implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final List<String> INCOMING =
            List.of("RaftServerImpl.appendEntries", "RaftServerImpl.requestVote", "RaftServerImpl.startLeaderElection");

    final List<Node> nodes = new ArrayList<>();
    private final Set<String> cut = ConcurrentHashMap.newKeySet();
    private final Path directory;
    private final RaftSettings settings;
    private final Shard shard = new Shard("0", UUID.randomUUID());

    /** One node with its state, its halts and what its office holder heard. */
    static final class Node {
        final Member member;
        final MemoryState state = new MemoryState();
        final RecordingHolder holder;
        final List<String> halts = new CopyOnWriteArrayList<>();
        final Path data;
        final Shard shard;
        final PeerServices services;
        final PeerCalls calls;
        final ClusterClock clock;
        final RaftNode raft;
        /** How far its wall clock is ahead of this machine's. */
        volatile Duration wallAhead = Duration.ZERO;

        Node(
                Shard shard,
                Member member,
                List<Member> members,
                Path data,
                RaftSettings settings,
                RecordingHolder holder,
                @Nullable ReplicatedState other,
                @Nullable TlsFiles tls) {
            this.member = member;
            this.data = data;
            this.shard = shard;
            this.holder = holder;
            services = new PeerServices(shard.groupId(), ForkJoinPool.commonPool());
            calls = new PeerCalls(shard.groupId(), tls, ForkJoinPool.commonPool());
            clock = new ClusterClock(() -> InstantSource.system().instant().plus(wallAhead), System::nanoTime);
            raft = new RaftNode(
                    new RaftNode.Identity(shard, member, members, data),
                    settings,
                    other == null ? state : other,
                    clock,
                    System::nanoTime,
                    (code, reason, cause) -> halts.add(code + " " + reason),
                    holder,
                    new RaftNode.Network(new PeerPort(services, tls), calls));
        }

        Optional<Office> office() {
            return raft.isOpen() ? raft.leadership().office() : Optional.empty();
        }

        Path log() {
            return shard.raftDirectory(data).resolve(shard.groupId().toString()).resolve("current");
        }

        @Override
        public String toString() {
            return member.label();
        }
    }

    TestCluster(Path directory, int size, RaftSettings settings) throws IOException {
        this(directory, size, settings, Map.of());
    }

    TestCluster(Path directory, int size, RaftSettings settings, Map<Integer, RecordingHolder> holders)
            throws IOException {
        this(directory, size, settings, holders, node -> null);
    }

    /** @param states another state than the one in memory, by the number of the node */
    TestCluster(
            Path directory,
            int size,
            RaftSettings settings,
            Map<Integer, RecordingHolder> holders,
            IntFunction<@Nullable ReplicatedState> states)
            throws IOException {
        this(directory, size, settings, holders, states, node -> null);
    }

    /** @param tls the files of a node, by its number; none: in the clear */
    TestCluster(
            Path directory,
            int size,
            RaftSettings settings,
            Map<Integer, RecordingHolder> holders,
            IntFunction<@Nullable ReplicatedState> states,
            IntFunction<@Nullable TlsFiles> tls)
            throws IOException {
        this.directory = directory;
        this.settings = settings;
        var members = new ArrayList<Member>();
        for (var port : freePorts(size)) {
            members.add(new Member(UUID.randomUUID(), "n" + (members.size() + 1), "127.0.0.1", port));
        }
        for (var member : members) {
            nodes.add(new Node(
                    shard,
                    member,
                    members,
                    directory.resolve(member.label()),
                    settings,
                    holders.getOrDefault(nodes.size(), new RecordingHolder()),
                    states.apply(nodes.size()),
                    tls.apply(nodes.size())));
        }
        for (var point : INCOMING) {
            CodeInjectionForTesting.put(point, (local, remote, args) -> {
                if (cut.contains(local.toString()) || (remote != null && cut.contains(remote.toString()))) {
                    throw new IllegalStateException("the network between " + remote + " and " + local + " is cut");
                }
                return false;
            });
        }
    }

    /** Timeouts that hold on a loaded machine, small segments. */
    static RaftSettings settings() {
        return RaftSettings.defaults()
                .withElectionTimeouts(Duration.ofMillis(600), Duration.ofMillis(1200))
                .withLog(64 << 10, 8 << 10, 4, 1L << 30);
    }

    /** For a node that nobody else can depose. */
    static RaftSettings alone() {
        return settings().withElectionTimeouts(Duration.ofMillis(50), Duration.ofMillis(100));
    }

    TestCluster form() throws IOException {
        for (var node : nodes) {
            node.raft.open(RaftNode.Formation.FIRST_START);
        }
        return this;
    }

    /** One more node, with an empty directory, that waits to be admitted. */
    Node joining(String label, @Nullable ReplicatedState state) throws IOException {
        var member =
                new Member(UUID.randomUUID(), label, "127.0.0.1", freePorts(1).get(0));
        var node = new Node(
                shard,
                member,
                List.of(),
                directory.resolve(member.id().toString()),
                settings,
                new RecordingHolder(),
                state,
                null);
        nodes.add(node);
        node.raft.open(RaftNode.Formation.JOINING);
        return node;
    }

    /** Ends a node and begins it anew on its directory, as another process would, with a wall clock that is so much ahead. */
    Node restarted(Node old, Duration wallAhead) throws IOException {
        old.raft.close();
        old.calls.close();
        var node = new Node(shard, old.member, List.of(), old.data, settings, new RecordingHolder(), null, null);
        node.wallAhead = wallAhead;
        nodes.set(nodes.indexOf(old), node);
        return node;
    }

    /** Has the leader change the members so that one comes and one goes; either may be null. */
    void change(@Nullable Node comes, @Nullable Node goes) throws Exception {
        var membership = leader().raft.membership();
        var now = membership.members();
        var next = new ArrayList<>(now);
        if (goes != null) {
            next.remove(goes.member);
        }
        if (comes != null) {
            next.add(comes.member);
        }
        // longer than a silent node is waited for
        membership.change(now, next).get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** A node whose office has been taken; waits for one. */
    Node leader() {
        return await().atMost(PATIENCE)
                .until(this::leaderNow, Optional::isPresent)
                .orElseThrow();
    }

    Node leaderOtherThan(Node old) {
        return await().atMost(PATIENCE)
                .until(() -> leaderNow().filter(node -> node != old), Optional::isPresent)
                .orElseThrow();
    }

    private Optional<Node> leaderNow() {
        return nodes.stream().filter(node -> node.office().isPresent()).findFirst();
    }

    List<Node> othersThan(Node one) {
        return nodes.stream().filter(node -> node != one).toList();
    }

    /** Cuts a node off from all others, both ways. */
    void isolate(Node node) {
        cut.add(node.member.id().toString());
    }

    void heal() {
        cut.clear();
    }

    /** All at once: each takes Ratis up to a second. */
    void closeAll() {
        nodes.parallelStream().forEach(node -> {
            try {
                node.raft.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static List<Integer> freePorts(int count) throws IOException {
        var sockets = new ArrayList<ServerSocket>();
        try {
            for (var i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    @Override
    public void close() {
        INCOMING.forEach(CodeInjectionForTesting::remove);
        closeAll();
        nodes.forEach(node -> node.calls.close());
    }
}
