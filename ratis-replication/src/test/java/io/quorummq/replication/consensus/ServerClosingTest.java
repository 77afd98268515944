/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a Raft server of Ratis' own, without our state machine. */
final class ServerClosingTest {
    @TempDir
    Path directory;

    private final CountDownLatch closing = new CountDownLatch(1);

    @Test
    void theThreadThatEvictsTheCacheIsGoneBeforeTheLogIsLocked() throws Exception {
        closing.countDown();
        try (var server = server()) {
            server.start();
            var division = server.getDivision(server.getGroupIds().iterator().next());

            var eviction = ServerClosing.eviction(division).orElseThrow();

            assertThat(threads("cacheEviction")).isNotEmpty();
            eviction.close();
            assertThat(threads("cacheEviction")).isEmpty();
            ServerClosing.close(server, division, Duration.ofSeconds(30));
        }
    }

    @Test
    void aCloseThatDoesNotEndIsReportedWithThePlaceWhereItHangs() throws Exception {
        try (var server = server()) {
            server.start();
            var division = server.getDivision(server.getGroupIds().iterator().next());

            assertThatThrownBy(() -> ServerClosing.close(server, division, Duration.ofMillis(300)))
                    .isInstanceOf(CloseTimeoutException.class)
                    .hasMessageContaining("did not close within PT0.3S")
                    .hasRootCauseMessage("where the closing thread is");
            closing.countDown();
        }
    }

    private static List<String> threads(String part) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.contains(part))
                .toList();
    }

    private RaftServer server() throws IOException {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        var self = RaftPeerId.valueOf("n1");
        var group = RaftGroup.valueOf(
                RaftGroupId.valueOf(new UUID(1, 1)),
                RaftPeer.newBuilder()
                        .setId(self)
                        .setAddress("127.0.0.1:" + port)
                        .build());
        var properties = TestCluster.alone().properties(directory, "127.0.0.1", port, true);
        return RaftServer.newBuilder()
                .setServerId(self)
                .setGroup(group)
                .setStateMachineRegistry(id -> new BaseStateMachine() {
                    @Override
                    public long takeSnapshot() {
                        return RaftLog.INVALID_LOG_INDEX;
                    }

                    @Override
                    public void close() {
                        try {
                            closing.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                })
                .setProperties(properties)
                .setParameters(new Parameters())
                .setOption(RaftStorage.StartupOption.RECOVER)
                .build();
    }
}
