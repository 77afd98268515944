/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes over real sockets: what the log promises while nodes come and go. */
final class RaftNodeTest {
    @TempDir
    Path directory;

    @Test
    void everyReplicaAppliesTheSameInTheSameOrder() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var acks = new Acks();
            var log = cluster.leader().office().orElseThrow().log();

            acks.append(log, 0, 5_000);
            log.barrier().get(30, TimeUnit.SECONDS);

            var expected = LongStream.range(0, 5_000).boxed().toList();
            assertThat(acks.committed).isEqualTo(expected);
            for (var node : cluster.nodes) {
                await().atMost(TestCluster.PATIENCE)
                        .untilAsserted(() -> assertThat(node.state.numbers()).isEqualTo(expected));
            }
        }
    }

    @Test
    void acknowledgedEntriesSurviveTheLeadersDeath() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var acks = new Acks();
            var first = cluster.leader();
            var log = first.office().orElseThrow().log();
            var writer = new Thread(() -> {
                try {
                    acks.append(log, 0, Long.MAX_VALUE);
                } catch (BacklogFullException e) {
                    throw new IllegalStateException(e);
                }
            });
            writer.start();
            await().atMost(TestCluster.PATIENCE).until(() -> acks.committed.size() > 500);

            first.raft.close();
            writer.join();
            var next = cluster.leaderOtherThan(first);

            await().atMost(TestCluster.PATIENCE).until(() -> !acks.failed.isEmpty());
            assertThat(acks.committedSoFar()).isSorted();
            assertThat(next.state.numbers().subList(0, acks.committed.size())).isEqualTo(acks.committedSoFar());
            assertThat(next.office().orElseThrow().term()).isGreaterThan(log.term());
        }
    }

    @Test
    void aFollowerThatWasAwayCatchesUpFromTheLog() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var acks = new Acks();
            var leader = cluster.leader();
            var away = cluster.othersThan(leader).get(0);
            var log = leader.office().orElseThrow().log();
            acks.append(log, 0, 10);
            log.barrier().get(30, TimeUnit.SECONDS);

            away.raft.close();
            acks.append(log, 10, 990);
            log.barrier().get(30, TimeUnit.SECONDS);
            away.raft.open(RaftNode.Formation.RESTART);

            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(away.state.numbers()).isEqualTo(acks.committed));
            assertThat(acks.committed).hasSize(1_000);
        }
    }

    @Test
    void aFullRestartBringsEverythingBackFromCheckpointAndLog() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var acks = new Acks();
            var log = cluster.leader().office().orElseThrow().log();
            acks.append(log, 0, 500);
            log.barrier().get(30, TimeUnit.SECONDS);
            for (var node : cluster.nodes) {
                node.raft.checkpointSoon();
            }
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> cluster.nodes.stream()
                            .allMatch(node -> node.raft.status().checkpointIndex() > 0));
            acks.append(log, 500, 500);
            log.barrier().get(30, TimeUnit.SECONDS);

            cluster.closeAll();
            for (var node : cluster.nodes) {
                node.raft.open(RaftNode.Formation.RESTART);
            }
            var again = cluster.leader();

            assertThat(again.state.numbers())
                    .isEqualTo(LongStream.range(0, 1_000).boxed().toList());
            assertThat(again.office().orElseThrow().term()).isGreaterThan(log.term());
        }
    }

    @Test
    void aCheckpointShortensTheLogOnDiskAndALaterStartNeedsOnlyWhatIsLeft() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.alone()).form()) {
            var acks = new Acks();
            var node = cluster.leader();
            var log = node.office().orElseThrow().log();
            for (var i = 0; i < 40; i++) {
                acks.append(log, i * 1_000L, 1_000);
                log.barrier().get(30, TimeUnit.SECONDS);
            }
            var before = segments(node.log());
            assertThat(before).isGreaterThan(3);

            node.raft.checkpointSoon();

            await().atMost(TestCluster.PATIENCE).until(() -> segments(node.log()) <= 2);
            node.raft.close();
            node.raft.open(RaftNode.Formation.RESTART);
            assertThat(cluster.leader().state.numbers()).hasSize(40_000);
        }
    }

    @Test
    void aNodeThatLostItsVoteDoesNotStartUnderItsOldIdentity() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.alone())) {
            var node = cluster.nodes.get(0);

            assertThatThrownBy(() -> node.raft.open(RaftNode.Formation.RESTART))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("must not vote under its old identity")
                    .hasMessageContaining("quorummq cluster replace n1");
            assertThat(node.data).doesNotExist();
        }
    }

    @Test
    void anotherClustersDirectoryIsRefused() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.alone())) {
            var node = cluster.nodes.get(0);
            Files.createDirectories(
                    node.shard.raftDirectory(node.data).resolve("3d4c0f3e-0000-4000-8000-000000000000"));

            assertThatThrownBy(() -> node.raft.open(RaftNode.Formation.FIRST_START))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("belongs to another cluster");
        }
    }

    @Test
    void aPortInUseIsNamedAndTheProcessLivesOn() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.alone());
                var taken = new ServerSocket()) {
            var node = cluster.nodes.get(0);
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.member.port()));

            assertThatThrownBy(() -> node.raft.open(RaftNode.Formation.FIRST_START))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + node.member.port());
            assertThat(node.halts).isEmpty();
        }
    }

    @Test
    void anEntryThatCannotBeAppliedHaltsTheProcess() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.alone()).form()) {
            var node = cluster.leader();
            node.state.fail();

            var acks = new Acks();
            acks.append(node.office().orElseThrow().log(), 1, 1);

            await().atMost(TestCluster.PATIENCE).until(() -> !node.halts.isEmpty());
            assertThat(node.halts.get(0)).startsWith(Halt.APPLY_FAILED + " ").contains("could not be applied");
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(acks.failed).containsExactly(1L));
            assertThat(acks.committed).isEmpty();
        }
    }

    private static long segments(Path log) throws IOException {
        try (var files = Files.list(log)) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_"))
                    .count();
        }
    }
}
