/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.protocol.RaftServerProtocol;
import org.apache.ratis.util.ProtoUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes come and go while the group works. */
final class MembershipTest {
    @TempDir
    Path directory;

    @Test
    void aGroupOfOneGrowsToThreeAndSurvivesItsFirstNode() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.settings()).form()) {
            var first = cluster.leader();
            var acks = new Acks();
            acks.appendAll(first.office().orElseThrow().log(), 0, 500);

            cluster.change(cluster.joining("n2", null), null);
            acks.appendAll(first.office().orElseThrow().log(), 500, 500);
            cluster.change(cluster.joining("n3", null), null);
            acks.appendAll(first.office().orElseThrow().log(), 1_000, 500);
            first.office().orElseThrow().log().barrier().get(30, TimeUnit.SECONDS);

            assertThat(first.raft.membership().members())
                    .containsExactlyElementsOf(
                            cluster.nodes.stream().map(node -> node.member).toList());
            assertThat(first.raft.membership().changing()).isFalse();
            first.raft.close();
            var next = cluster.leaderOtherThan(first);
            assertThat(next.state.numbers())
                    .isEqualTo(LongStream.range(0, 1_500).boxed().toList());
            assertThat(next.raft.membership().labelled("n1")).contains(first.member);
            assertThat(cluster.nodes).allSatisfy(node -> assertThat(node.halts).isEmpty());
        }
    }

    @Test
    void aNodeThatWasNotAdmittedNeitherVotesNorStandsAlsoAfterARestart() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var leader = cluster.leader();
            var outsider = cluster.joining("n4", null);
            outsider.raft.close();
            outsider.raft.open(RaftNode.Formation.RESTART);
            var term = leader.office().orElseThrow().term();

            await().during(Duration.ofSeconds(3))
                    .atMost(TestCluster.PATIENCE)
                    .until(() -> outsider.raft.status().term() == 0
                            && !outsider.raft.status().leads());

            assertThat(outsider.raft.part()).isEqualTo(RaftNode.Part.JOINING);
            assertThat(outsider.raft.status().leader()).isNull();
            assertThat(leader.office().orElseThrow().term()).isEqualTo(term);
        }
    }

    @Test
    void aDeadNodeIsReplacedUnderItsLabelWhileTheGroupWorks() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var leader = cluster.leader();
            var dead = cluster.othersThan(leader).get(0);
            dead.raft.close();
            var acks = new Acks();
            var log = leader.office().orElseThrow().log();
            var writer = new Thread(() -> {
                try {
                    acks.append(log, 0, 3_000);
                } catch (BacklogFullException e) {
                    throw new IllegalStateException(e);
                }
            });
            writer.start();

            var fresh = cluster.joining(dead.member.label(), null);
            cluster.change(fresh, dead);
            writer.join();
            log.barrier().get(30, TimeUnit.SECONDS);

            assertThat(leader.raft.membership().labelled(dead.member.label())).contains(fresh.member);
            assertThat(leader.raft.membership().members()).hasSize(3).doesNotContain(dead.member);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(fresh.state.numbers())
                            .isEqualTo(LongStream.range(0, 3_000).boxed().toList()));
            assertThat(fresh.raft.part()).isEqualTo(RaftNode.Part.MEMBER);
            assertThat(acks.failed).isEmpty();

            fresh.raft.close();
            fresh.raft.open(RaftNode.Formation.RESTART);
            await().atMost(TestCluster.PATIENCE).until(() -> fresh.raft.status().leader() != null);
            assertThat(fresh.raft.part()).isEqualTo(RaftNode.Part.MEMBER);
            assertThat(fresh.halts).isEmpty();
        }
    }

    @Test
    void aNodeThatWasReplacedWhileItWasAwayIsToldAndClosesItself() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var leader = cluster.leader();
            var away = cluster.othersThan(leader).get(0);
            away.raft.close();
            cluster.change(cluster.joining(away.member.label(), null), away);

            away.raft.open(RaftNode.Formation.RESTART);

            await().atMost(TestCluster.PATIENCE).until(() -> away.raft.part() == RaftNode.Part.REMOVED);
            assertThat(away.halts).isEmpty();
            assertThat(leader.office()).isPresent();
        }
    }

    @Test
    void aNodeThatIsRemovedWhileItRunsClosesItselfAndTheOthersGoOn() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var leader = cluster.leader();
            var removed = cluster.othersThan(leader).get(1);

            cluster.change(null, removed);

            await().atMost(TestCluster.PATIENCE).until(() -> removed.raft.part() == RaftNode.Part.REMOVED);
            assertThat(removed.halts).isEmpty();
            var acks = new Acks();
            acks.appendAll(leader.office().orElseThrow().log(), 0, 10);
            leader.office().orElseThrow().log().barrier().get(30, TimeUnit.SECONDS);
            assertThat(leader.raft.membership().members()).hasSize(2);
        }
    }

    @Test
    void aLeaderIsRemovedAfterItHasHandedOver() throws Exception {
        try (var cluster = new TestCluster(directory, 3, TestCluster.settings()).form()) {
            var old = cluster.leader();
            var members = old.raft.membership().members();
            var others = members.stream()
                    .filter(member -> !member.equals(old.member))
                    .toList();
            assertThatThrownBy(
                            () -> old.raft.membership().change(members, others).get(30, TimeUnit.SECONDS))
                    .hasMessageContaining("hand the leadership over first");

            old.raft
                    .leadership()
                    .handOver(others.get(0).id(), Duration.ofSeconds(10))
                    .get(30, TimeUnit.SECONDS);
            cluster.leaderOtherThan(old);
            cluster.change(null, old);

            await().atMost(TestCluster.PATIENCE).until(() -> old.raft.part() == RaftNode.Part.REMOVED);
            assertThat(cluster.leader().raft.membership().members()).isEqualTo(others);
            assertThat(cluster.nodes).allSatisfy(node -> assertThat(node.halts).isEmpty());
        }
    }

    @Test
    void whoBelongsToTheGroupIsKnownAlsoWhenTheLogThatSaidSoIsGone() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.settings()).form()) {
            var first = cluster.leader();
            var second = cluster.joining("n2", null);
            cluster.change(second, null);
            var log = first.office().orElseThrow().log();
            for (var i = 0; i < 40; i++) {
                new Acks().appendAll(log, i * 1_000L, 1_000);
                log.barrier().get(30, TimeUnit.SECONDS);
            }
            cluster.nodes.forEach(node -> node.raft.checkpointSoon());
            for (var node : cluster.nodes) {
                await().atMost(TestCluster.PATIENCE).until(() -> !hasFirstSegment(node.log()));
            }

            cluster.closeAll();
            for (var node : cluster.nodes) {
                node.raft.open(RaftNode.Formation.RESTART);
            }
            cluster.leader();

            assertThat(cluster.nodes)
                    .allSatisfy(node ->
                            assertThat(node.raft.membership().members()).containsExactly(first.member, second.member));
        }
    }

    private static boolean hasFirstSegment(Path log) throws IOException {
        try (var files = Files.newDirectoryStream(log, "log_{0-*,inprogress_0}")) {
            return files.iterator().hasNext();
        }
    }

    @Test
    void aNodeThatRestartsWhileItIsBeingAdmittedIsAdmitted() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.settings()).form()) {
            var first = cluster.leader();
            new Acks().appendAll(first.office().orElseThrow().log(), 0, 100);
            var second = cluster.joining("n2", null);
            second.raft.close();
            var now = first.raft.membership().members();

            var change = first.raft.membership().change(now, List.of(first.member, second.member));
            second.raft.open(RaftNode.Formation.RESTART);
            change.get(30, TimeUnit.SECONDS);

            await().atMost(TestCluster.PATIENCE).until(() -> second.raft.part() == RaftNode.Part.MEMBER);
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> second.state.numbers().size() == 100);
            assertThat(second.halts).isEmpty();
        }
    }

    @Test
    void aNodeThatIsLeftAloneWhileItIsBeingAdmittedGoesOnWaiting() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.settings())) {
            var waiting = cluster.joining("n2", null);
            var before = waiting.raft.membership();
            // what a leader sends that takes the node for caught up, and dies before it sends the configuration
            server(waiting)
                    .appendEntries(AppendEntriesRequestProto.newBuilder()
                            .setServerRequest(RaftRpcRequestProto.newBuilder()
                                    .setRequestorId(
                                            Members.peerId(UUID.randomUUID()).toByteString())
                                    .setReplyId(
                                            Members.peerId(waiting.member.id()).toByteString())
                                    .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(
                                            RaftGroupId.valueOf(waiting.shard.groupId())))
                                    .setCallId(1))
                            .setLeaderTerm(7)
                            .setLeaderCommit(-1)
                            .setInitializing(false)
                            .build());

            await().atMost(TestCluster.PATIENCE)
                    .until(() -> waiting.raft.isOpen() && waiting.raft.membership() != before);

            assertThat(waiting.raft.part()).isEqualTo(RaftNode.Part.JOINING);
            assertThat(waiting.raft.status().term()).isEqualTo(7);
            assertThat(waiting.halts).isEmpty();
        }
    }

    private static RaftServerProtocol server(TestCluster.Node node) throws ReflectiveOperationException {
        var running = RaftNode.class.getDeclaredField("running");
        running.setAccessible(true);
        var division = running.get(node.raft).getClass().getDeclaredField("division");
        division.setAccessible(true);
        return (RaftServerProtocol) division.get(running.get(node.raft));
    }

    @Test
    void aDirectoryOfOneBeginningIsNotUsedForAnother() throws Exception {
        try (var cluster = new TestCluster(directory, 2, TestCluster.settings())) {
            var member = cluster.nodes.get(0);
            member.raft.open(RaftNode.Formation.FIRST_START);
            member.raft.close();
            assertThatThrownBy(() -> member.raft.open(RaftNode.Formation.JOINING))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a new node begins with an empty directory");

            member.raft.open(RaftNode.Formation.FIRST_START);
            assertThat(member.raft.part()).isEqualTo(RaftNode.Part.MEMBER);
        }
    }

    @Test
    void aChangeOfOtherMembersThanThoseThereAreIsRefusedAndChangesNothing() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.alone()).form()) {
            var leader = cluster.leader();
            var now = leader.raft.membership().members();
            var stranger = new Member(UUID.randomUUID(), "n9", "127.0.0.1", 9);
            var sameLabel = new Member(UUID.randomUUID(), "n1", "127.0.0.1", 9);
            var moved = new Member(leader.member.id(), "n1", "127.0.0.1", 9);

            assertRefused(leader, List.of(now.get(0), stranger), now, "have changed meanwhile");
            assertRefused(leader, now, List.of(now.get(0), sameLabel), "same uuid, label or address");
            assertRefused(leader, now, List.of(moved), "only with a new uuid");
            assertThat(leader.raft.membership().members()).isEqualTo(now);
        }
    }

    @Test
    void aNewMemberThatDoesNotAnswerIsGivenUp() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.alone()).form()) {
            var leader = cluster.leader();
            var silent = cluster.joining("n2", null);
            silent.raft.close();

            assertThatThrownBy(() -> cluster.change(silent, null)).hasMessageContaining("does not answer");

            var acks = new Acks();
            acks.appendAll(leader.office().orElseThrow().log(), 0, 10);
            leader.office().orElseThrow().log().barrier().get(30, TimeUnit.SECONDS);
            assertThat(leader.raft.membership().members()).containsExactly(leader.member);
        }
    }

    @Test
    void aConfigurationThatCannotBeReadIsRefusedAtTheStart() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.alone()).form()) {
            var node = cluster.leader();
            node.raft.close();
            Files.write(node.log().resolve("raft-meta.conf"), new byte[] {1, 2, 3});

            assertThatThrownBy(() -> node.raft.open(RaftNode.Formation.RESTART))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("raft-meta.conf");
        }
    }

    private static void assertRefused(TestCluster.Node leader, List<Member> now, List<Member> next, String why) {
        assertThatThrownBy(() -> leader.raft.membership().change(now, next).get(30, TimeUnit.SECONDS))
                .hasMessageContaining(why);
    }
}
