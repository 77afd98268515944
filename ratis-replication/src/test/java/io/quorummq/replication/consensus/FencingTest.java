/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorummq.replication.consensus.MemoryState.Mark;
import io.quorummq.replication.consensus.ReplicatedState.Outcome;
import io.quorummq.replication.consensus.TestCluster.Node;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What would leave a hole or a stale write in the files, each as a test:
 *
 * <ol>
 *   <li>an entry held up in a slow thread of this process comes into the log after the node lost its office and won another
 *   <li>Ratis refuses one entry and takes the next
 *   <li>a leader cut off from the others goes on writing while they elect another
 *   <li>an entry of the old leader is overwritten by the new one at the same index
 *   <li>an entry whose reply was lost commits under the next leader
 * </ol>
 */
final class FencingTest {
    @TempDir
    Path directory;

    @Test
    void anEntryOfAnEarlierTermIsDroppedByAllReplicasAlike() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var acks = new Acks();
            var leader = cluster.leader();
            var office = leader.office().orElseThrow();
            var before = office.term() - 1;

            var stale = leader.raft.submit(MemoryState.entry(before, 1, 666)).get(30, TimeUnit.SECONDS);
            acks.append(office.log(), 1, 1);
            office.log().barrier().get(30, TimeUnit.SECONDS);

            assertThat(stale).isEqualTo(Outcome.DROPPED);
            for (var node : cluster.nodes) {
                await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                    assertThat(node.state.numbers()).containsExactly(1L);
                    assertThat(node.state.dropped()).containsExactly(new Mark(before, 1));
                });
            }
        }
    }

    @Test
    void afterAGapNothingOfThatTermCountsAnywhereAndTheLeaderStepsDown() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var acks = new Acks();
            var leader = cluster.leader();
            var office = leader.office().orElseThrow();

            // sequence 1 was refused and 2 taken
            var afterGap =
                    leader.raft.submit(MemoryState.entry(office.term(), 2, 666)).get(30, TimeUnit.SECONDS);
            acks.append(office.log(), 1, 1);

            assertThat(afterGap).isEqualTo(Outcome.DROPPED);
            await().atMost(TestCluster.PATIENCE).until(() -> acks.failed.size() == 1);
            assertThat(office.log().isFenced()).isTrue();
            assertThat(acks.committed).isEmpty();
            var next = newOffice(cluster, office.term());
            assertThat(leader.holder.events).containsSubsequence("take " + office.term(), "lose " + office.term());
            acks.append(next.office().orElseThrow().log(), 2, 1);
            await().atMost(TestCluster.PATIENCE).until(() -> acks.committed.contains(2L));
            for (var node : cluster.nodes) {
                await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                    assertThat(node.state.numbers()).containsExactly(2L);
                    assertThat(node.state.dropped())
                            .containsExactly(new Mark(office.term(), 2), new Mark(office.term(), 1));
                });
            }
        }
    }

    @Test
    void aLeaderCutOffAcknowledgesNothingAndIsFenced() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var oldAcks = new Acks();
            var newAcks = new Acks();
            var old = cluster.leader();
            var office = old.office().orElseThrow();
            oldAcks.append(office.log(), 0, 100);
            office.log().barrier().get(30, TimeUnit.SECONDS);

            cluster.isolate(old);
            oldAcks.append(office.log(), 1_000, 100);
            var next = cluster.leaderOtherThan(old);
            newAcks.append(next.office().orElseThrow().log(), 2_000, 100);
            next.office().orElseThrow().log().barrier().get(30, TimeUnit.SECONDS);
            await().atMost(TestCluster.PATIENCE).until(() -> oldAcks.failed.size() == 100);
            assertThat(oldAcks.committed).hasSize(100);
            assertThat(office.log().isFenced()).isTrue();
            cluster.heal();

            var acknowledged = new HashSet<>(oldAcks.committed);
            acknowledged.addAll(newAcks.committed);
            for (var node : cluster.nodes) {
                await().atMost(TestCluster.PATIENCE)
                        .untilAsserted(() -> assertThat(node.state.numbers())
                                .isEqualTo(next.state.numbers())
                                .containsAll(acknowledged));
            }
            assertThat(newAcks.committed).hasSize(100);
        }
    }

    @Test
    void whatWasInFlightWhenTheLeaderDiedIsThereOnceOrNotAtAll() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var acks = new Acks();
            var old = cluster.leader();
            var log = old.office().orElseThrow().log();
            acks.append(log, 0, 20_000);
            await().atMost(TestCluster.PATIENCE).until(() -> !acks.committed.isEmpty());

            old.raft.close();
            var next = cluster.leaderOtherThan(old);

            await().atMost(TestCluster.PATIENCE).until(() -> acks.failed.size() + acks.committed.size() == 20_000);
            assertThat(next.state.numbers()).isSorted().doesNotHaveDuplicates();
            assertThat(next.state.numbers().subList(0, acks.committed.size())).isEqualTo(acks.committedSoFar());
        }
    }

    @Test
    void aFencedLogTakesNothingMoreAndFailsItsBarrier() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.alone()).form()) {
            var acks = new Acks();
            var office = cluster.leader().office().orElseThrow();

            office.log().fence("as a test");

            assertThatThrownBy(() -> office.log().append(MemoryState.number(1), acks.of(1)))
                    .isInstanceOf(FencedException.class)
                    .hasMessageContaining("as a test");
            assertThatThrownBy(() -> office.log().barrier().get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(FencedException.class);
            assertThat(newOffice(cluster, office.term()).holder.events)
                    .startsWith(List.of("take " + office.term(), "lose " + office.term())
                            .toArray(String[]::new));
        }
    }

    private static Node newOffice(TestCluster cluster, long afterTerm) {
        return await().atMost(TestCluster.PATIENCE)
                .until(cluster::leader, node -> node.office().stream().anyMatch(office -> office.term() > afterTerm));
    }
}
