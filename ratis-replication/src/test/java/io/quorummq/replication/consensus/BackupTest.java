/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorummq.replication.store.FileId;
import io.quorummq.replication.store.FileName;
import io.quorummq.replication.store.FileOperation;
import io.quorummq.replication.store.LocalDisk;
import io.quorummq.replication.store.Store;
import io.quorummq.replication.store.StoreSettings;
import io.quorummq.replication.store.StoredBackup;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup from a replica that goes on writing, restored as another group. */
final class BackupTest {
    private static final FileName NUMBERS = new FileName("journal/numbers");
    private static final FileName NOISE = new FileName("journal/noise");
    private static final UUID CLUSTER = UUID.randomUUID();

    @TempDir
    Path directory;

    @Test
    void allThatWasAcknowledgedBeforeIsInAGroupRestoredFromABackupUnderLoad() throws Exception {
        var backup = directory.resolve("backup");
        long acknowledged;
        try (var group = new Group(directory.resolve("old"))) {
            var leader = group.cluster.form().leader();
            var load = new Load(leader.office().orElseThrow().log());
            load.start();
            load.awaitAcknowledged(500);
            group.cluster.nodes.forEach(node -> node.raft.checkpointSoon());
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> group.cluster.nodes.stream()
                            .allMatch(node -> node.raft.status().checkpointIndex() > 0));
            load.awaitAcknowledged(1_000);

            acknowledged = load.acknowledged();
            var note = group.backup(leader, group.cluster.othersThan(leader).get(0), backup);
            load.awaitAcknowledged(acknowledged + 500);
            load.end();

            assertThat(note.cluster()).isEqualTo(CLUSTER);
            assertThat(group.cluster.nodes)
                    .allSatisfy(node -> assertThat(node.halts).isEmpty());
        }

        try (var restored = new Group(directory.resolve("new"))) {
            for (var node = 0; node < 3; node++) {
                Restore.into(restored.states.files(node), backup);
            }
            var leader = restored.cluster.form().leader();
            var log = leader.office().orElseThrow().log();
            var store = restored.stateOf(leader).store();
            assertNumbers(store, acknowledged);
            log.append(
                    new FileOperation.Create(store.table().nextId(), new FileName("journal/after")), new Acks().of(0));
            log.barrier().get(30, TimeUnit.SECONDS);

            assertAllAgree(restored);
            restored.cluster.closeAll();
            for (var node : restored.cluster.nodes) {
                node.raft.open(RaftNode.Formation.RESTART);
            }
            assertAllAgree(restored);
            assertANewMemberGetsTheFiles(restored);
        }
    }

    /** The log of a restored group begins with nothing: all that the backup brought is in the files alone. */
    private static void assertANewMemberGetsTheFiles(Group restored) throws Exception {
        var joining = restored.cluster.joining("n4", restored.states.of(3));

        restored.cluster.change(joining, null);

        await().atMost(TestCluster.PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(joining.raft.status().checkpointIndex())
                        .isGreaterThanOrEqualTo(StoredBackup.RESTORED.index()));
        await().atMost(TestCluster.PATIENCE).ignoreExceptions().untilAsserted(() -> assertAllAgree(restored));
        assertThat(joining.halts).isEmpty();
    }

    @Test
    void aBackupBeforeTheFirstCheckpointIsMadeFromTheLogAlone() throws Exception {
        var backup = directory.resolve("backup");
        try (var group = new Group(directory.resolve("old"))) {
            var leader = group.cluster.form().leader();
            var load = new Load(leader.office().orElseThrow().log());
            load.start();
            load.awaitAcknowledged(100);
            load.end();

            group.backup(leader, leader, backup);
        }

        Restore.into(directory.resolve("restored"), backup);
        try (var store = Store.open(new LocalDisk(directory.resolve("restored")), StoreSettings.DEFAULT)) {
            store.recover(-1);
            assertThat(store.applied()).isEqualTo(StoredBackup.RESTORED);
            assertNumbers(store, 100);
        }
    }

    @Test
    void anIncompleteOrDamagedBackupIsRefusedAndNothingIsLeft() throws Exception {
        var backup = directory.resolve("backup");
        try (var group = new Group(directory.resolve("old"))) {
            var leader = group.cluster.form().leader();
            var load = new Load(leader.office().orElseThrow().log());
            load.start();
            load.awaitAcknowledged(100);
            load.end();
            group.backup(leader, leader, backup);

            assertThatThrownBy(() -> group.backup(leader, leader, backup)).hasMessageContaining("is not empty");
        }
        var note = backup.resolve(BackupNote.FILE);
        var whole = Files.readString(note);

        Files.delete(note);
        assertRefused(backup, "was not finished");

        Files.writeString(note, whole.replace("index=", "index=1"));
        assertRefused(backup, "checksum does not match");

        Files.writeString(note, whole);
        var data = backup.resolve("files/data/1");
        flip(data, 8);
        assertRefused(backup, "journal/numbers");

        flip(data, 8);
        try (var manifests = Files.newDirectoryStream(backup.resolve("files"), "manifest-*")) {
            for (var manifest : manifests) {
                flip(manifest, 40);
            }
        }
        assertRefused(backup, "checksum does not match");
    }

    private void assertRefused(Path backup, String why) {
        var target = directory.resolve("target");
        assertThatThrownBy(() -> Restore.into(target, backup))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why);
        assertThat(target).doesNotExist();
    }

    private static void flip(Path file, long offset) throws IOException {
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(offset);
            var old = bytes.read();
            bytes.seek(offset);
            bytes.write(old ^ 0xff);
        }
    }

    private static void assertNumbers(Store store, long count) {
        await().atMost(TestCluster.PATIENCE).until(() -> !store.redoing());
        var file = store.table().find(NUMBERS).orElseThrow();
        var bytes = ByteBuffer.allocate(Math.toIntExact(count * Long.BYTES));
        assertThat(store.table().length(file)).isGreaterThanOrEqualTo(bytes.capacity());
        store.read(file, 0, bytes);
        bytes.flip();
        for (var number = 0L; number < count; number++) {
            assertThat(bytes.getLong()).isEqualTo(number + 1);
        }
    }

    private static void assertAllAgree(Group group) throws Exception {
        var position = group.cluster.leader().raft.verify().get(30, TimeUnit.SECONDS);
        var hashes = new HashSet<Object>();
        for (var node = 0; node < group.cluster.nodes.size(); node++) {
            hashes.add(group.states.of(node).verification(position.index()).get(30, TimeUnit.SECONDS));
        }
        assertThat(hashes).hasSize(1);
    }

    /** Three nodes with real files. */
    private static final class Group implements AutoCloseable {
        final StoreStates states;
        final TestCluster cluster;

        Group(Path directory) throws IOException {
            states = new StoreStates(directory);
            cluster = new TestCluster(directory, 3, TestCluster.settings(), Map.of(), states::of);
        }

        StoreState stateOf(TestCluster.Node node) {
            return states.of(cluster.nodes.indexOf(node));
        }

        BackupNote backup(TestCluster.Node leader, TestCluster.Node from, Path directory) throws Exception {
            var barrier = leader.raft.verify().get(30, TimeUnit.SECONDS);
            return new Backup(from.raft::committedLog, stateOf(from), CLUSTER, "0", InstantSource.system())
                    .write(barrier, Duration.ofSeconds(30), directory);
        }

        @Override
        public void close() {
            cluster.close();
        }
    }

    /** Appends numbers to one file and noise all over another until it is ended. */
    private static final class Load extends Thread {
        private final LogWriter log;
        private final Acks acks = new Acks();
        private final Random random = new Random(5);
        private volatile boolean ended;

        Load(LogWriter log) {
            this.log = log;
        }

        @Override
        public void run() {
            try {
                log.append(new FileOperation.Create(FileId.FIRST, NUMBERS), new Acks().of(0));
                log.append(new FileOperation.Create(FileId.FIRST.next(), NOISE), new Acks().of(0));
                for (var number = 0L; !ended; number++) {
                    var bytes = ByteBuffer.allocate(Long.BYTES).putLong(0, number + 1);
                    log.append(new FileOperation.Write(FileId.FIRST, number * Long.BYTES, bytes), acks.of(number));
                    var noise = new byte[1 + random.nextInt(3_000)];
                    random.nextBytes(noise);
                    log.append(
                            new FileOperation.Write(
                                    FileId.FIRST.next(), random.nextInt(1 << 20), ByteBuffer.wrap(noise)),
                            new Acks().of(0));
                }
            } catch (FencedException | BacklogFullException e) {
                throw new IllegalStateException(e);
            }
        }

        long acknowledged() {
            return acks.committed.size();
        }

        void awaitAcknowledged(long count) {
            await().atMost(TestCluster.PATIENCE).until(() -> acknowledged() >= count);
        }

        void end() throws Exception {
            ended = true;
            join();
            log.barrier().get(30, TimeUnit.SECONDS);
        }
    }
}
