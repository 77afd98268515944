/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.replication.consensus.TestCluster.Node;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the time is after stops, failovers and changes of wall clocks, on three real Raft nodes. */
final class TimekeepingTest {
    private static final Duration HOUR = Duration.ofHours(1);
    /** What an overloaded machine may need from a reading of one clock to that of another. */
    private static final long SLACK_MILLIS = 5_000;

    @TempDir
    Path directory;

    @Test
    void afterAFullStopOneWrongClockIsOutvotedWhoeverLeads() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings())) {
            write(cluster.form().leader(), 1);
            cluster.closeAll();
            var wrong = cluster.restarted(cluster.nodes.get(0), HOUR);
            cluster.restarted(cluster.nodes.get(1), Duration.ZERO);
            cluster.restarted(cluster.nodes.get(2), Duration.ZERO);

            wrong.raft.open(RaftNode.Formation.RESTART);
            cluster.nodes.get(1).raft.open(RaftNode.Formation.RESTART);
            write(cluster.leader(), 2);
            // two that contradict each other: nothing early, though one of them leads by a clock that is ahead
            assertThat(aheadOfUs(cluster.leader())).isBetween(-SLACK_MILLIS, SLACK_MILLIS);
            cluster.nodes.get(2).raft.open(RaftNode.Formation.RESTART);

            await().atMost(TestCluster.PATIENCE)
                    .until(() -> cluster.nodes.stream().allMatch(node -> node.clock.isRunning()));
            for (var node : cluster.nodes) {
                assertThat(aheadOfUs(node)).as(node.toString()).isBetween(-SLACK_MILLIS, SLACK_MILLIS);
            }
            assertThat(wrong.clock.departureMillis().getAsLong())
                    .isBetween(HOUR.toMillis() - SLACK_MILLIS, HOUR.toMillis() + SLACK_MILLIS);
        }
    }

    /** All wall clocks were set forward: neither a node that was started since then nor the next leader makes that the time. */
    @Test
    void aNodeThatIsStartedWhileTheOthersRunOnIsToldTheTimeAndTheNextLeaderGoesOnFromIt() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var leader = cluster.leader();
            write(leader, 1);
            cluster.nodes.forEach(node -> node.wallAhead = HOUR);
            var started = cluster.restarted(cluster.othersThan(leader).get(0), HOUR);

            started.raft.open(RaftNode.Formation.RESTART);
            await().atMost(TestCluster.PATIENCE).until(() -> started.clock.isRunning());
            leader.raft.close();
            var next = cluster.leaderOtherThan(leader);
            write(next, 2);

            assertThat(List.of(aheadOfUs(started), aheadOfUs(next)))
                    .allSatisfy(ahead -> assertThat(ahead).isBetween(-SLACK_MILLIS, SLACK_MILLIS));
        }
    }

    @Test
    void aNodeAloneStartsByItsOwnClock() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.alone())) {
            write(cluster.form().leader(), 1);
            var again = cluster.restarted(cluster.nodes.get(0), HOUR);

            again.raft.open(RaftNode.Formation.RESTART);

            write(cluster.leader(), 2);
            assertThat(again.clock.departureMillis().getAsLong()).isBetween(-SLACK_MILLIS, SLACK_MILLIS);
        }
    }

    private static void write(Node leader, long number) throws Exception {
        var log = leader.office().orElseThrow().log();
        log.append(MemoryState.number(number), new Acks().of(number));
        log.barrier().get(20, TimeUnit.SECONDS);
    }

    private static long aheadOfUs(Node node) {
        return node.clock.millis() - System.currentTimeMillis();
    }
}
