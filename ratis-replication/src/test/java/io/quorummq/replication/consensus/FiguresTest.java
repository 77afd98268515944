/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FiguresTest {
    @TempDir
    Path directory;

    @Test
    void theLeaderMeasuresWhatItCommitsAndHowFarTheOthersAre() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var leader = cluster.leader();
            var log = leader.office().orElseThrow().log();
            var away = cluster.othersThan(leader).get(0);
            away.raft.close();
            var acks = new Acks();
            for (var i = 0; i < 20; i++) {
                acks.appendAll(log, i * 10L, 10);
                log.barrier().get(30, TimeUnit.SECONDS);
            }
            leader.raft.checkpointSoon();
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> leader.raft.figures().checkpoints() == 1);

            var figures = leader.raft.figures();

            assertThat(figures.role()).isEqualTo("leader");
            assertThat(figures.term()).isEqualTo(log.term());
            assertThat(figures.leaderChanges()).isPositive();
            assertThat(figures.entriesApplied()).isBetween(20L, 200L);
            assertThat(figures.bytesApplied()).isGreaterThan(figures.entriesApplied());
            assertThat(figures.entryBytesMax()).isBetween(8L, figures.bytesApplied());
            assertThat(figures.commits()).isEqualTo(figures.entriesApplied());
            assertThat(figures.commitNanosMax()).isBetween(1L, figures.commitNanos());
            assertThat(figures.fsyncs()).isPositive();
            assertThat(figures.fsyncNanosMean()).isPositive();
            assertThat(figures.fsyncNanosMax()).isGreaterThanOrEqualTo(figures.fsyncNanosP99());
            assertThat(figures.lags())
                    .extracting(ReplicationFigures.Lag::label)
                    .containsExactlyInAnyOrderElementsOf(cluster.othersThan(leader).stream()
                            .map(node -> node.member.label())
                            .toList());
            assertThat(figures.lags())
                    .filteredOn(lag -> lag.member().equals(away.member.id()))
                    .allSatisfy(lag -> {
                        assertThat(lag.entries()).isGreaterThanOrEqualTo(20);
                        assertThat(lag.bytes()).isBetween(1L, figures.bytesApplied());
                    });
            assertThat(figures.checkpointAgeNanos()).isNotNegative();
            assertThat(figures.checkpointNanosLast()).isNotNegative();
            assertThat(figures.logBytes()).isPositive();
            assertThat(away.raft.figures().role()).isEqualTo("closed");
            assertThat(cluster.othersThan(leader).get(1).raft.figures().lags()).isEmpty();
        }
    }

    @Test
    void aLagIsToldInBytesToWithinAFewEntries() {
        var logged = new LoggedBytes();
        assertThat(logged.behind(0)).isZero();

        for (var index = 100; index < 1_100; index++) {
            logged.applied(index, 10);
        }

        assertThat(logged.behind(1_099)).isBetween(0L, 160L);
        assertThat(logged.behind(599)).isBetween(5_000L, 5_160L);
        assertThat(logged.behind(5)).isBetween(9_840L, 10_000L);
    }

    @Test
    void countersGoOnThroughClosingAndOpening() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.alone()).form()) {
            var node = cluster.leader();
            var log = node.office().orElseThrow().log();
            new Acks().appendAll(log, 0, 10);
            log.barrier().get(30, TimeUnit.SECONDS);
            var before = node.raft.figures();

            node.raft.close();
            node.raft.open(RaftNode.Formation.RESTART);
            cluster.leader();

            assertThat(node.raft.figures().commits()).isEqualTo(before.commits());
            assertThat(node.raft.figures().leaderChanges()).isGreaterThan(before.leaderChanges());
        }
    }
}
