/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorummq.replication.store.DamageException;
import io.quorummq.replication.store.FileId;
import io.quorummq.replication.store.FileName;
import io.quorummq.replication.store.FileOperation;
import io.quorummq.replication.store.StoreSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas that cannot go on from the log get the files of another one, over sockets, whatever happens meanwhile. */
final class InstallationTest {
    private static final FileName NAME = new FileName("journal/one.amq");
    private static final int FILE_BYTES = 2 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    @TempDir
    Path directory;

    private final Random random = new Random(17);
    private final List<MortalDisk> disks = new ArrayList<>();
    private final List<StoreState> states = new ArrayList<>();
    private final Acks acks = new Acks();
    private TestCluster cluster;

    @BeforeEach
    void makeCluster() throws IOException {
        for (var i = 0; i < 3; i++) {
            disks.add(new MortalDisk(directory.resolve("files-" + i)));
            states.add(new StoreState(disks.get(i), StoreSettings.DEFAULT));
        }
        cluster = new TestCluster(directory, 3, TestCluster.settings(), Map.of(), states::get);
    }

    @AfterEach
    void closeCluster() {
        disks.forEach(MortalDisk::live);
        cluster.close();
    }

    @Test
    void aFollowerFarBehindGetsTheFilesUnderLoad() throws Exception {
        var away = leaveBehind();
        var log = cluster.leader().office().orElseThrow().log();
        var load = new Load(log);

        away.raft.open(RaftNode.Formation.RESTART);

        await().atMost(PATIENCE).until(() -> isOpen(away) && away.raft.status().checkpointIndex() > 0);
        load.stop();
        assertAllAreTheSame();
        assertThat(acks.failed).isEmpty();
        assertThat(cluster.nodes).allSatisfy(node -> assertThat(node.halts).isEmpty());
    }

    @Test
    void aMemberThatNeverHadAnythingGetsTheFiles() throws Exception {
        var late = cluster.nodes.get(2);
        for (var node : cluster.nodes.subList(0, 2)) {
            node.raft.open(RaftNode.Formation.FIRST_START);
        }
        fill(cluster.leader(), 300);
        purge(cluster.nodes.subList(0, 2));

        late.raft.open(RaftNode.Formation.FIRST_START);

        assertAllAreTheSame();
    }

    @Test
    void aNewMemberIsAdmittedAndGetsTheFilesUnderLoad() throws Exception {
        cluster.form();
        fill(cluster.leader(), 300);
        purge(cluster.nodes);
        disks.add(new MortalDisk(directory.resolve("files-3")));
        states.add(new StoreState(disks.get(3), StoreSettings.DEFAULT));
        var load = new Load(cluster.leader().office().orElseThrow().log());

        var joining = cluster.joining("n4", states.get(3));
        cluster.change(joining, null);

        load.stop();
        assertAllAreTheSame();
        assertThat(joining.raft.part()).isEqualTo(RaftNode.Part.MEMBER);
        assertThat(joining.raft.membership().members()).hasSize(4).contains(joining.member);
        assertThat(cluster.nodes).allSatisfy(node -> assertThat(node.halts).isEmpty());
    }

    @Test
    void anInstallationKilledInTheMiddleIsTakenUpAgain() throws Exception {
        var away = leaveBehind();
        var disk = disk(away);
        var writes = new AtomicInteger();
        disk.onStep(step -> {
            if (step.startsWith("write import/data") && writes.incrementAndGet() == 10) {
                disk.die();
            }
        });
        away.raft.open(RaftNode.Formation.RESTART);
        await().atMost(PATIENCE).until(() -> writes.get() >= 10);
        away.raft.close();
        assertThat(Files.exists(files(away).resolve("import"))).isTrue();
        disk.live();

        away.raft.open(RaftNode.Formation.RESTART);

        assertAllAreTheSame();
        assertThat(Files.exists(files(away).resolve("import"))).isFalse();
    }

    @Test
    void anInstallationThatWasCompleteWhenTheProcessDiedStandsAtTheNextStart() throws Exception {
        var away = leaveBehind();
        var disk = disk(away);
        var complete = new CountDownLatch(1);
        disk.onStep(step -> {
            if (step.equals("renamed import/complete.tmp")) {
                disk.die();
                complete.countDown();
            }
        });
        away.raft.open(RaftNode.Formation.RESTART);
        assertThat(complete.await(60, TimeUnit.SECONDS)).isTrue();
        away.raft.close();
        cluster.isolate(away);
        disk.live();

        away.raft.open(RaftNode.Formation.RESTART);

        assertThat(away.raft.status().checkpointIndex()).isGreaterThan(100);
        cluster.heal();
        assertAllAreTheSame();
    }

    @Test
    void theGiverMayDieInTheMiddle() throws Exception {
        var away = leaveBehind();
        var giver = cluster.leader();
        var writes = new AtomicInteger();
        var reached = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        disk(away).onStep(step -> {
            if (step.startsWith("write import/data") && writes.incrementAndGet() == 10) {
                reached.countDown();
                awaitLatch(goOn);
            }
        });
        away.raft.open(RaftNode.Formation.RESTART);
        assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();

        giver.raft.close();
        goOn.countDown();

        await().atMost(PATIENCE).until(() -> isOpen(away) && away.raft.status().checkpointIndex() > 100);
        giver.raft.open(RaftNode.Formation.RESTART);
        assertAllAreTheSame();
    }

    @Test
    void theLeaderMayChangeInTheMiddle() throws Exception {
        var away = leaveBehind();
        var old = cluster.leader();
        var next = cluster.othersThan(old).stream()
                .filter(node -> node != away)
                .findFirst()
                .orElseThrow();
        var writes = new AtomicInteger();
        var reached = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        disk(away).onStep(step -> {
            if (step.startsWith("write import/data") && writes.incrementAndGet() == 10) {
                reached.countDown();
                awaitLatch(goOn);
            }
        });
        away.raft.open(RaftNode.Formation.RESTART);
        assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();

        old.raft.leadership().handOver(next.member.id(), Duration.ofSeconds(5)).get(30, TimeUnit.SECONDS);
        fill(cluster.leaderOtherThan(old), 20);
        goOn.countDown();

        assertAllAreTheSame();
    }

    @Test
    void theLogThatATakerWillNeedIsKeptUntilItHasIt() throws Exception {
        var away = leaveBehind();
        var leader = cluster.leader();
        var begun = new AtomicInteger();
        var writes = new AtomicInteger();
        var reached = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        disk(away).onStep(step -> {
            if (step.equals("mkdir import")) {
                begun.incrementAndGet();
            }
            if (step.startsWith("write import/data") && writes.incrementAndGet() == 10) {
                reached.countDown();
                awaitLatch(goOn);
            }
        });
        away.raft.open(RaftNode.Formation.RESTART);
        assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();

        var before = leader.raft.status().checkpointIndex();
        fill(leader, 200);
        leader.raft.checkpointSoon();
        await().atMost(PATIENCE).until(() -> leader.raft.status().checkpointIndex() > before + 50);
        var kept = firstIndex(segments(leader).get(0));
        goOn.countDown();

        assertAllAreTheSame();
        assertThat(kept).isLessThanOrEqualTo(before + 1);
        assertThat(begun).hasValue(1);
    }

    @Test
    void aNodeWithoutAnIntactManifestGetsTheFilesBeforeItTakesPart() throws Exception {
        cluster.form();
        fill(cluster.leader(), 300);
        purge(cluster.nodes);
        var damaged = cluster.othersThan(cluster.leader()).get(0);
        damaged.raft.close();
        try (var manifests = Files.newDirectoryStream(files(damaged), "manifest-*")) {
            for (var manifest : manifests) {
                flipByte(manifest, 20);
            }
        }

        damaged.raft.open(RaftNode.Formation.RESTART);

        await().atMost(PATIENCE).until(damaged.raft::isOpen);
        assertAllAreTheSame();
    }

    @Test
    void aNodeWithAHoleBeforeItsLogStaysClosedUntilItIsFilledAndKeepsItsLog() throws Exception {
        cluster.form();
        fill(cluster.leader(), 300);
        purge(cluster.nodes);
        var holed = cluster.othersThan(cluster.leader()).get(0);
        var others = cluster.othersThan(holed);
        holed.raft.close();
        for (var other : others) {
            other.raft.close();
        }
        deleteManifests(files(holed));
        var log = segments(holed);

        holed.raft.open(RaftNode.Formation.RESTART);

        assertThat(holed.raft.isOpen()).isFalse();
        assertThat(holed.raft.isInstalling()).isTrue();
        assertThat(segments(holed)).isEqualTo(log);
        for (var other : others) {
            other.raft.open(RaftNode.Formation.RESTART);
        }
        await().atMost(PATIENCE).until(holed.raft::isOpen);
        assertAllAreTheSame();
    }

    @Test
    void aDamagedNodeTakesNoOfficeAndARepairFetchesWhatDiffers() throws Exception {
        cluster.form();
        fill(cluster.leader(), 100);
        purge(cluster.nodes);
        var leader = cluster.leader();
        var damaged = cluster.othersThan(leader).get(0);
        flipByte(files(damaged).resolve("data/1"), 100_000);
        var state = state(damaged);
        assertThatThrownBy(() -> state.store().read(FileId.FIRST, 0, ByteBuffer.allocate(FILE_BYTES)))
                .isInstanceOf(DamageException.class);
        assertThat(state.damage().places()).hasSize(1);

        leader.raft
                .leadership()
                .handOver(damaged.member.id(), Duration.ofSeconds(5))
                .get(30, TimeUnit.SECONDS);
        await().atMost(PATIENCE)
                .until(() -> cluster.othersThan(damaged).stream()
                        .anyMatch(node -> node.office().isPresent()));
        assertThat(damaged.holder.offices).isEmpty();
        damaged.raft.repair(Duration.ofSeconds(30)).get(60, TimeUnit.SECONDS);

        assertThat(state.damage().places()).isEmpty();
        assertAllAreTheSame();
        state.store().read(FileId.FIRST, 0, ByteBuffer.allocate(FILE_BYTES));
    }

    @Test
    void aRepairThatNobodyHelpsLeavesTheNodeOpenAsItWas() throws Exception {
        cluster.form();
        fill(cluster.leader(), 50);
        var alone = cluster.nodes.get(0);
        for (var other : cluster.othersThan(alone)) {
            other.raft.close();
        }

        var repair = alone.raft.repair(Duration.ZERO);

        assertThatThrownBy(() -> repair.get(60, TimeUnit.SECONDS)).hasMessageContaining("no node gave its files");
        assertThat(alone.raft.isOpen()).isTrue();
    }

    @Test
    void closingEndsAnInstallationThatFindsNobody() throws Exception {
        var away = leaveBehind();
        var writes = new AtomicInteger();
        disk(away).onStep(step -> {
            if (step.startsWith("write import/data")) {
                writes.incrementAndGet();
            }
        });
        away.raft.open(RaftNode.Formation.RESTART);
        await().atMost(PATIENCE)
                .until(() ->
                        writes.get() > 0 || state(away).store().checkpointed().index() > 100);

        away.raft.close();

        assertThat(away.raft.isInstalling()).isFalse();
        assertThat(away.raft.isOpen()).isFalse();
        away.raft.open(RaftNode.Formation.RESTART);
        assertAllAreTheSame();
    }

    /** A follower that is closed while the others write, make checkpoints and drop the log that it would need. */
    private TestCluster.Node leaveBehind() throws Exception {
        cluster.form();
        fill(cluster.leader(), 20);
        var away = cluster.othersThan(cluster.leader()).get(0);
        away.raft.close();
        fill(cluster.leader(), 300);
        purge(cluster.othersThan(away));
        return away;
    }

    private void fill(TestCluster.Node leader, int writes) throws Exception {
        var log = leader.office().orElseThrow().log();
        if (state(leader).store().table().find(NAME).isEmpty()) {
            log.append(new FileOperation.Create(FileId.FIRST, NAME), acks.of(0));
            log.append(new FileOperation.Fill(FileId.FIRST, FILE_BYTES), acks.of(0));
        }
        for (var i = 0; i < writes; i++) {
            write(log);
            if (i % 3 == 0) {
                // or all would ride in a few entries
                log.barrier().get(30, TimeUnit.SECONDS);
            }
        }
        log.barrier().get(30, TimeUnit.SECONDS);
    }

    private void write(LogWriter log) throws FencedException, BacklogFullException {
        var bytes = new byte[1 + random.nextInt(20_000)];
        random.nextBytes(bytes);
        log.append(
                new FileOperation.Write(
                        FileId.FIRST, random.nextInt(FILE_BYTES - bytes.length), ByteBuffer.wrap(bytes)),
                acks.of(1));
    }

    private static void purge(List<TestCluster.Node> nodes) {
        nodes.forEach(node -> node.raft.checkpointSoon());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(nodes).allSatisfy(node -> {
                    assertThat(node.raft.status().checkpointIndex()).isPositive();
                    assertThat(segments(node).get(0)).doesNotStartWith("log_0-");
                }));
    }

    private void assertAllAreTheSame() {
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            var hashes = new HashSet<String>();
            for (var state : states) {
                hashes.add(state.store().applied() + " "
                        + state.store().tableHash().get());
            }
            assertThat(hashes).hasSize(1);
        });
    }

    private static boolean isOpen(TestCluster.Node node) {
        return node.raft.isOpen();
    }

    private StoreState state(TestCluster.Node node) {
        return states.get(cluster.nodes.indexOf(node));
    }

    private MortalDisk disk(TestCluster.Node node) {
        return disks.get(cluster.nodes.indexOf(node));
    }

    private Path files(TestCluster.Node node) {
        return directory.resolve("files-" + cluster.nodes.indexOf(node));
    }

    private static List<String> segments(TestCluster.Node node) throws IOException {
        try (var files = Files.list(node.log())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("log_"))
                    .sorted()
                    .toList();
        }
    }

    private static long firstIndex(String segment) {
        return Long.parseLong(segment.replaceAll("log_(inprogress_)?([0-9]+).*", "$2"));
    }

    private static void deleteManifests(Path files) throws IOException {
        try (var manifests = Files.newDirectoryStream(files, "manifest-*")) {
            for (var manifest : manifests) {
                Files.delete(manifest);
            }
        }
    }

    private static void flipByte(Path file, long offset) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            one.put(0, (byte) ~one.get(0)).flip();
            channel.write(one, offset);
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the test did not go on");
            }
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    /** Writes without a pause until it is stopped. */
    private final class Load {
        private final Thread thread;
        private volatile boolean stopped;

        Load(LogWriter log) {
            thread = new Thread(() -> {
                try {
                    while (!stopped) {
                        write(log);
                        log.barrier().get(30, TimeUnit.SECONDS);
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            thread.start();
        }

        void stop() throws InterruptedException {
            stopped = true;
            thread.join();
        }
    }
}
