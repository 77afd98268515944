/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leadership by force, as Ratis really does it; the sequences that could break it stand in {@link LeadershipTest}. */
final class HandOverTest {
    @TempDir
    Path directory;

    @Test
    void theNamedMemberLeadsNextAndHasEverythingWrittenWhileStopping() throws Exception {
        var writingWhileStopping = new RecordingHolder() {
            @Override
            public void handOver(Office office) throws Exception {
                super.handOver(office);
                office.log().append(MemoryState.number(2), new Acks().of(2));
            }
        };
        try (var cluster = new TestCluster(
                directory,
                3,
                TestCluster.settings(),
                Map.of(0, writingWhileStopping, 1, writingWhileStopping, 2, writingWhileStopping))) {
            var old = cluster.form().leader();
            var office = old.office().orElseThrow();
            var successor = cluster.othersThan(old).get(1);
            office.log().append(MemoryState.number(1), new Acks().of(1));

            old.raft
                    .leadership()
                    .handOver(successor.member.id(), Duration.ofSeconds(5))
                    .get(20, TimeUnit.SECONDS);

            assertThat(cluster.leaderOtherThan(old)).isSameAs(successor);
            assertThat(successor.state.numbers()).containsExactly(1L, 2L);
            assertThat(office.log().isFenced()).isTrue();
            assertThat(old.halts).isEmpty();
        }
    }

    @Test
    void handingOverToADeadMemberEndsInANewTerm() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var old = cluster.leader();
            var office = old.office().orElseThrow();
            var dead = cluster.othersThan(old).get(0);
            dead.raft.close();
            var acks = new Acks();
            acks.append(office.log(), 1, 1);
            office.log().barrier().get(20, TimeUnit.SECONDS);

            assertThatThrownBy(() -> old.raft
                            .leadership()
                            .handOver(dead.member.id(), Duration.ofSeconds(1))
                            .get(20, TimeUnit.SECONDS))
                    .hasMessageContaining("Failed to transfer leadership");

            await().atMost(TestCluster.PATIENCE)
                    .until(() -> cluster.nodes.stream()
                            .flatMap(node -> node.office().stream())
                            .anyMatch(next -> next.term() > office.term()));
            assertThat(old.holder.events.stream().filter(event -> event.equals("take " + office.term())))
                    .hasSize(1);
            acks.append(cluster.leader().office().orElseThrow().log(), 2, 1);
            await().atMost(TestCluster.PATIENCE).until(() -> acks.committed.contains(2L));
        }
    }

    @Test
    void aNodeThatCannotServeLeavesTheLeadershipToOthers() throws Exception {
        var unable = new RecordingHolder() {
            @Override
            public void takeOffice(Office office) throws Exception {
                super.takeOffice(office);
                throw new IllegalStateException("the journal does not load");
            }
        };
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings(), Map.of(0, unable, 1, unable)).form()) {
            var able = cluster.leader();

            assertThat(able).isSameAs(cluster.nodes.get(2));
            assertThat(unable.offices).allMatch(office -> office.log().isFenced());
            assertThat(unable.events).doesNotHaveDuplicates();
        }
    }

    @Test
    void aLeaderAloneThatResignsLeadsAgainInANewTerm() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.alone()).form()) {
            var node = cluster.leader();
            var term = node.office().orElseThrow().term();

            node.raft.leadership().resign().get(20, TimeUnit.SECONDS);

            await().atMost(TestCluster.PATIENCE)
                    .until(() ->
                            node.office().filter(office -> office.term() > term).isPresent());
            assertThat(node.holder.events).startsWith("take " + term, "hand over " + term);
        }
    }
}
