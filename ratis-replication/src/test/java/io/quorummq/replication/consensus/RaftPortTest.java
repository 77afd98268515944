/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorummq.replication.peer.Authority;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.NotSentException;
import io.quorummq.replication.peer.PeerPort;
import io.quorummq.replication.peer.PeerService;
import io.quorummq.replication.peer.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Raft and our own calls on one port, in the clear and over TLS. */
final class RaftPortTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private record Echo(String name) implements PeerService {
        @Override
        public CompletableFuture<byte[]> call(byte[] request) {
            return CompletableFuture.completedFuture(request);
        }
    }

    @Test
    void nodesOfOneAuthorityReplicateAndCallEachOtherOnOnePort() throws Exception {
        var authority = new Authority();
        try (var cluster = cluster(node -> files(authority, "n" + node))) {
            cluster.nodes.forEach(node -> node.services.add(new Echo("echo")));
            var acks = new Acks();
            var log = cluster.form().leader().office().orElseThrow().log();

            acks.append(log, 0, 100);
            log.barrier().get(30, TimeUnit.SECONDS);

            for (var node : cluster.nodes) {
                await().atMost(TestCluster.PATIENCE)
                        .untilAsserted(() -> assertThat(node.state.numbers())
                                .isEqualTo(LongStream.range(0, 100).boxed().toList()));
                assertThat(cluster.nodes
                                .get(0)
                                .calls
                                .call(address(node), "echo", new byte[] {1}, LIMIT)
                                .get())
                        .containsExactly(1);
            }
        }
    }

    @Test
    void aNodeOfAnotherAuthorityTakesNoPart() throws Exception {
        var authority = new Authority();
        var other = new Authority();
        try (var cluster = cluster(node -> files(node == 2 ? other : authority, "n" + node))) {
            var acks = new Acks();
            var stranger = cluster.nodes.get(2);
            cluster.form();
            var leader = cluster.leader();
            acks.append(leader.office().orElseThrow().log(), 0, 10);

            await().atMost(TestCluster.PATIENCE).until(() -> acks.committed.size() == 10);
            assertThat(leader).isNotSameAs(stranger);
            assertThat(stranger.state.numbers()).isEmpty();
            assertThatThrownBy(() -> stranger.calls
                            .call(address(leader), "snapshot-0", new byte[0], LIMIT)
                            .get())
                    .hasCauseInstanceOf(NotSentException.class);
        }
    }

    @Test
    void theServicesListenOnTheSamePortWhileRaftIsClosed() throws Exception {
        try (var cluster = cluster(node -> null)) {
            var node = cluster.nodes.get(0);
            var caller = cluster.nodes.get(1).calls;
            node.services.add(new Echo("echo"));
            for (var round = 0; round < 3; round++) {
                var standalone = new PeerPort(node.services, null).listen(address(node));
                assertThat(caller.call(address(node), "echo", new byte[] {1}, LIMIT)
                                .get())
                        .containsExactly(1);
                standalone.close();
                node.raft.open(round == 0 ? RaftNode.Formation.FIRST_START : RaftNode.Formation.RESTART);
                assertThat(caller.call(address(node), "echo", new byte[] {2}, LIMIT)
                                .get())
                        .containsExactly(2);
                node.raft.close();
            }
        }
    }

    private TestCluster cluster(IntFunction<@Nullable TlsFiles> tls) throws IOException {
        return new TestCluster(directory, 3, TestCluster.settings(), Map.of(), node -> null, tls);
    }

    private TlsFiles files(Authority authority, String node) {
        try {
            return authority.filesIn(directory.resolve("tls-" + node));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static NodeAddress address(TestCluster.Node node) {
        return NodeAddress.of(node.member.address());
    }
}
