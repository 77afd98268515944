/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.core.artemis.EmbeddedArtemis;
import io.quorummq.replication.artemis.EngineFixture;
import io.quorummq.replication.store.LocalDisk;
import io.quorummq.replication.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A group of nodes in this JVM, on whose leader the engine runs over the replicated files. */
public final class BrokerGroup implements AutoCloseable {
    private static final Duration ABANDON_MAX = Duration.ofSeconds(20);

    private final List<Node> nodes = new ArrayList<>();
    private final TestCluster cluster;

    public BrokerGroup(Path directory, int size) throws IOException {
        var holders = new HashMap<Integer, RecordingHolder>();
        for (var i = 0; i < size; i++) {
            var node = new Node(directory.resolve("broker-" + i));
            nodes.add(node);
            holders.put(i, node);
        }
        cluster = new TestCluster(
                directory,
                size,
                size == 1 ? TestCluster.alone() : TestCluster.settings(),
                holders,
                i -> nodes.get(i).state);
        cluster.form();
    }

    /** The node whose engine serves; waits for one. */
    public Node leader() {
        return of(cluster.leader());
    }

    public Node leaderOtherThan(Node old) {
        return of(cluster.leaderOtherThan(raftOf(old)));
    }

    /** Cuts a node off from all others. */
    public void isolate(Node node) {
        cluster.isolate(raftOf(node));
    }

    public void heal() {
        cluster.heal();
    }

    /** Has a node stop serving in good order, and anybody be elected next. */
    public void resign(Node node) throws Exception {
        raftOf(node).raft.leadership().resign().get(60, TimeUnit.SECONDS);
    }

    /** Takes the log from all nodes at once and starts them again. */
    public void restart() throws IOException {
        cluster.closeAll();
        for (var node : cluster.nodes) {
            node.raft.open(RaftNode.Formation.RESTART);
        }
    }

    public void handOver(Node from, Node to) throws Exception {
        raftOf(from)
                .raft
                .leadership()
                .handOver(raftOf(to).member.id(), Duration.ofSeconds(10))
                .get(60, TimeUnit.SECONDS);
    }

    public Node follower() {
        return of(cluster.othersThan(cluster.leader()).get(0));
    }

    private Node of(TestCluster.Node raft) {
        return nodes.get(cluster.nodes.indexOf(raft));
    }

    private TestCluster.Node raftOf(Node node) {
        return cluster.nodes.get(nodes.indexOf(node));
    }

    @Override
    public void close() {
        cluster.close();
    }

    /** One node: its files, and its engine while it leads. */
    public static final class Node extends RecordingHolder {
        private final EngineFixture fixture;
        private final StoreState state;
        private volatile @Nullable EmbeddedArtemis engine;
        private volatile @Nullable LeaderFiles files;

        private Node(Path directory) throws IOException {
            fixture = new EngineFixture(directory);
            state = new StoreState(new LocalDisk(directory.resolve("files")), StoreSettings.DEFAULT);
        }

        /** Where its clients go. */
        public EngineFixture clients() {
            return fixture;
        }

        /** Its engine, while it leads. */
        public Optional<EmbeddedArtemis> engine() {
            return Optional.ofNullable(engine);
        }

        /** The files of its last office. */
        public LeaderFiles files() {
            var last = files;
            if (last == null) {
                throw new IllegalStateException("never led");
            }
            return last;
        }

        @Override
        public void takeOffice(Office office) throws Exception {
            var view = new LeaderFiles(office, state.store());
            var starting = fixture.engine(view);
            starting.start();
            files = view;
            engine = starting;
            super.takeOffice(office);
        }

        @Override
        public void handOver(Office office) throws Exception {
            engine().orElseThrow().close();
            engine = null;
            super.handOver(office);
        }

        @Override
        public void loseOffice(Office office) throws Exception {
            engine().orElseThrow().abandon(ABANDON_MAX);
            engine = null;
            super.loseOffice(office);
        }
    }
}
