/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader whose disk gets full, and empty again. */
final class DiskActionsTest {
    @TempDir
    Path directory;

    private final AtomicLong free = new AtomicLong(10_000);
    private final List<Optional<String>> refusals = new ArrayList<>();

    @Test
    void aLeaderWithoutRoomLetsAnotherLeadAndTakesPartAgainWhenThereIsRoom() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var full = cluster.leader();
            var guard = guard(full);
            free.set(500);
            guard.tick();
            assertThat(refusals).hasSize(1);
            assertThat(full.office()).isPresent();

            free.set(50);
            guard.tick();

            assertThat(full.raft.part()).isEqualTo(RaftNode.Part.CLOSED);
            var next = cluster.leaderOtherThan(full);
            var acks = new Acks();
            acks.appendAll(next.office().orElseThrow().log(), 0, 100);
            next.office().orElseThrow().log().barrier().get(30, TimeUnit.SECONDS);

            free.set(5_000);
            guard.tick();

            assertThat(full.raft.part()).isEqualTo(RaftNode.Part.MEMBER);
            assertThat(refusals).hasSize(2).last().isEqualTo(Optional.empty());
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> full.state.numbers().size() == 100);
            assertThat(full.halts).isEmpty();
        }
    }

    @Test
    void aNodeAloneGoesOnLeadingUntilItHasToClose() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.alone()).form()) {
            var node = cluster.leader();
            var term = node.office().orElseThrow().term();
            var guard = guard(node);
            new DiskActions(node.raft, refusals::add).makeRoom();
            assertThat(node.office().orElseThrow().term()).isEqualTo(term);

            free.set(50);
            guard.tick();
            assertThat(node.raft.isOpen()).isFalse();
            free.set(5_000);
            guard.tick();

            assertThat(cluster.leader()).isSameAs(node);
            assertThat(node.halts).isEmpty();
        }
    }

    private DiskGuard guard(TestCluster.Node node) {
        return new DiskGuard(
                free::get,
                new DiskGuard.Levels(800, 200, 100),
                new ReserveFile(directory.resolve("reserve"), 100),
                new DiskActions(node.raft, refusals::add));
    }
}
