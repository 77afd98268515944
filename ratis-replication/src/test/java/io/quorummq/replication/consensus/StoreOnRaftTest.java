/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.replication.store.FileId;
import io.quorummq.replication.store.FileName;
import io.quorummq.replication.store.FileOperation;
import io.quorummq.replication.store.LocalDisk;
import io.quorummq.replication.store.StoreSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real files behind the log: three nodes, restarts, checkpoints, the same bytes everywhere. */
final class StoreOnRaftTest {
    private static final FileName NAME = new FileName("journal/one.amq");

    @TempDir
    Path directory;

    private final Map<Integer, StoreState> states = new ConcurrentHashMap<>();

    @Test
    void allReplicasHoldTheSameBytesAtTheSameIndexThroughCheckpointsAndRestarts() throws Exception {
        var random = new Random(17);
        try (var cluster = new TestCluster(
                directory, 3, TestCluster.settings(), Map.of(), node -> states.computeIfAbsent(node, this::state))) {
            cluster.form();
            var log = cluster.leader().office().orElseThrow().log();
            var acks = new Acks();
            log.append(new FileOperation.Create(FileId.FIRST, NAME), acks.of(0));
            log.append(new FileOperation.Fill(FileId.FIRST, 1 << 20), acks.of(0));
            writeRandomly(log, random, acks, 200);
            log.barrier().get(30, TimeUnit.SECONDS);
            cluster.nodes.forEach(node -> node.raft.checkpointSoon());
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> cluster.nodes.stream()
                            .allMatch(node -> node.raft.status().checkpointIndex() > 0));
            writeRandomly(log, random, acks, 200);
            log.barrier().get(30, TimeUnit.SECONDS);

            cluster.closeAll();
            for (var node : cluster.nodes) {
                node.raft.open(RaftNode.Formation.RESTART);
            }
            var again = cluster.leader().office().orElseThrow().log();
            writeRandomly(again, random, acks, 10);
            again.barrier().get(30, TimeUnit.SECONDS);

            await().atMost(TestCluster.PATIENCE).ignoreExceptions().untilAsserted(() -> {
                var hashes = new HashSet<String>();
                for (var state : states.values()) {
                    hashes.add(state.store().applied() + " "
                            + state.store().tableHash().get());
                }
                assertThat(hashes).hasSize(1);
            });
            assertThat(acks.failed).isEmpty();
        }
    }

    private static void writeRandomly(LogWriter log, Random random, Acks acks, int writes)
            throws FencedException, BacklogFullException {
        for (var i = 0; i < writes; i++) {
            var bytes = new byte[1 + random.nextInt(4_000)];
            random.nextBytes(bytes);
            log.append(
                    new FileOperation.Write(FileId.FIRST, random.nextInt(1 << 20), ByteBuffer.wrap(bytes)), acks.of(i));
        }
    }

    private StoreState state(int node) {
        try {
            return new StoreState(new LocalDisk(directory.resolve("files-" + node)), StoreSettings.DEFAULT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
