/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.replication.store.FileId;
import io.quorummq.replication.store.FileName;
import io.quorummq.replication.store.FileOperation;
import io.quorummq.replication.store.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All replicas hash their state at one entry of the log while they go on writing. */
final class VerificationTest {
    @TempDir
    Path directory;

    @Test
    void allReplicasAgreeAtTheSameEntryWhileWritesGoOn() throws Exception {
        var states = new StoreStates(directory);
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings(), Map.of(), states::of).form()) {
            var leader = cluster.leader();
            var log = leader.office().orElseThrow().log();
            var acks = new Acks();
            log.append(new FileOperation.Create(FileId.FIRST, new FileName("one")), acks.of(0));
            var writer = new Thread(() -> write(log, acks, 2_000));
            writer.start();
            await().atMost(TestCluster.PATIENCE).until(() -> acks.committed.size() > 100);

            var position = leader.raft.verify().get(30, TimeUnit.SECONDS);
            writer.join();

            var hash = states.of(0).verification(position.index()).get(30, TimeUnit.SECONDS);
            assertThat(hash.position()).isEqualTo(position);
            for (var node = 1; node < 3; node++) {
                assertThat(states.of(node).verification(position.index()).get(30, TimeUnit.SECONDS))
                        .isEqualTo(hash);
            }
            log.barrier().get(30, TimeUnit.SECONDS);
            assertThat(acks.failed).isEmpty();
        }
    }

    @Test
    void aReplicaThatAppliedOtherBytesIsFoundOut() throws Exception {
        var states = new StoreStates(directory);
        try (var cluster = new TestCluster(
                        directory,
                        3,
                        TestCluster.settings(),
                        Map.of(),
                        node -> node == 2 ? new Forgetful(states.of(2)) : states.of(node))
                .form()) {
            var leader = cluster.leader();
            var log = leader.office().orElseThrow().log();
            var acks = new Acks();
            log.append(new FileOperation.Create(FileId.FIRST, new FileName("one")), acks.of(0));
            log.barrier().get(30, TimeUnit.SECONDS);

            var position = leader.raft.verify().get(30, TimeUnit.SECONDS);

            var hash = states.of(0).verification(position.index()).get(30, TimeUnit.SECONDS);
            assertThat(states.of(1).verification(position.index()).get(30, TimeUnit.SECONDS))
                    .isEqualTo(hash);
            assertThat(states.of(2).verification(position.index()).get(30, TimeUnit.SECONDS))
                    .isNotEqualTo(hash);
        }
    }

    @Test
    void aReplicaThatRedoesAVerificationSaysThatItHasNoHash() throws Exception {
        var states = new StoreStates(directory);
        try (var cluster = new TestCluster(directory, 1, TestCluster.alone(), Map.of(), states::of).form()) {
            var node = cluster.leader();
            var position = node.raft.verify().get(30, TimeUnit.SECONDS);
            states.of(0).verification(position.index()).get(30, TimeUnit.SECONDS);
            var log = node.office().orElseThrow().log();
            log.append(new FileOperation.Create(FileId.FIRST, new FileName("one")), new Acks().of(0));
            log.barrier().get(30, TimeUnit.SECONDS);

            node.raft.close();
            node.raft.open(RaftNode.Formation.RESTART);
            var redone = states.of(0).verification(position.index());

            assertThat(redone)
                    .failsWithin(TestCluster.PATIENCE)
                    .withThrowableThat()
                    .withMessageContaining("redoing");
            cluster.leader();
            var again = node.raft.verify().get(30, TimeUnit.SECONDS);
            assertThat(states.of(0)
                            .verification(again.index())
                            .get(30, TimeUnit.SECONDS)
                            .position())
                    .isEqualTo(again);
        }
    }

    private static void write(LogWriter log, Acks acks, int writes) {
        try {
            for (var i = 0; i < writes; i++) {
                var bytes = ByteBuffer.allocate(1_000).putInt(0, i);
                log.append(new FileOperation.Write(FileId.FIRST, i * 700L, bytes), acks.of(i));
            }
        } catch (FencedException | BacklogFullException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Skips every entry that writes, as a replica with a bug would. */
    private record Forgetful(StoreState state) implements ReplicatedState {
        @Override
        public LogPosition recover(long lastLogIndex) throws IOException {
            return state.recover(lastLogIndex);
        }

        @Override
        public void logCutAfter(long index) {
            state.logCutAfter(index);
        }

        @Override
        public Outcome apply(long index, long term, ByteBuffer entry) {
            state.skip(new LogPosition(term, index));
            return Outcome.APPLIED;
        }

        @Override
        public void skip(LogPosition position) {
            state.skip(position);
        }

        @Override
        public void verify(LogPosition position) {
            state.verify(position);
        }

        @Override
        public long clockMillis() {
            return state.clockMillis();
        }

        @Override
        public CompletableFuture<LogPosition> checkpoint() {
            return state.checkpoint();
        }

        @Override
        public void close() {
            state.close();
        }
    }
}
