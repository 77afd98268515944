/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** The store's promises one by one. */
final class StoreTest {
    private static final StoreSettings SETTINGS = new StoreSettings(64, 4);
    private static final FileId FIRST = FileId.FIRST;
    private static final FileId SECOND = FIRST.next();

    private final SimulatedDisk disk = new SimulatedDisk();
    private final Store store = opened(disk);
    private long index;

    @Test
    void anEntryOfAnotherTermNeverTouchesTheFiles() {
        assertThat(apply(5, new Entry(4, 1, 0, List.of(create(FIRST, "a")))))
                .isInstanceOfSatisfying(
                        ApplyResult.Dropped.class,
                        dropped -> assertThat(dropped.reason()).isEqualTo(ApplyResult.Reason.STALE));
        assertThat(store.table().names()).isEmpty();
    }

    @Test
    void afterAGapNothingOfTheTermCountsUntilANewTermBegins() {
        apply(1, new Entry(1, 1, 0, List.of(create(FIRST, "a"))));

        assertThat(reason(1, new Entry(1, 3, 0, List.of(write(FIRST, 0, "x"))))).isEqualTo(ApplyResult.Reason.GAP);
        assertThat(reason(1, new Entry(1, 2, 0, List.of(write(FIRST, 0, "x"))))).isEqualTo(ApplyResult.Reason.CLOSED);
        assertThat(store.table().length(FIRST)).isZero();
        assertThat(apply(2, new Entry(2, 1, 0, List.of(write(FIRST, 0, "y"))))).isEqualTo(ApplyResult.APPLIED);
        assertThat(text(FIRST)).isEqualTo("y");
    }

    @Test
    void aTermThatDoesNotBeginAtItsFirstEntryIsClosed() {
        assertThat(reason(1, new Entry(1, 2, 0, List.of()))).isEqualTo(ApplyResult.Reason.GAP);
        assertThat(reason(1, new Entry(1, 1, 0, List.of()))).isEqualTo(ApplyResult.Reason.CLOSED);
    }

    @Test
    void aRepeatedEntryIsDroppedAndItsTermGoesOn() {
        apply(1, new Entry(1, 1, 0, List.of(create(FIRST, "a"))));

        assertThat(reason(1, new Entry(1, 1, 0, List.of(create(SECOND, "b"))))).isEqualTo(ApplyResult.Reason.REPEATED);
        assertThat(apply(1, new Entry(1, 2, 0, List.of(create(SECOND, "b"))))).isEqualTo(ApplyResult.APPLIED);
    }

    @Test
    void anEntryCountsUpToItsInvalidOperationAndClosesItsTerm() {
        var entry = new Entry(1, 1, 0, List.of(create(FIRST, "a"), create(SECOND, "a"), write(FIRST, 0, "x")));

        assertThat(reason(1, entry)).isEqualTo(ApplyResult.Reason.INVALID);
        assertThat(store.table().find(new FileName("a"))).contains(FIRST);
        assertThat(store.table().length(FIRST)).isZero();
        assertThat(reason(1, new Entry(1, 2, 0, List.of()))).isEqualTo(ApplyResult.Reason.CLOSED);
    }

    @Test
    void theFenceSurvivesARestart() {
        apply(1, new Entry(1, 1, 0, List.of(create(FIRST, "a"))));
        apply(1, new Entry(1, 3, 0, List.of()));
        store.checkpoint().finish();

        var restarted = opened(disk.copy());

        assertThat(restarted.apply(new LogPosition(1, 9), new Entry(1, 2, 0, List.of())))
                .isInstanceOf(ApplyResult.Dropped.class);
    }

    @Test
    void theClockNeverGoesBackwardsNotEvenInANewTerm() {
        apply(1, new Entry(1, 1, 500, List.of()));
        apply(2, new Entry(2, 1, 300, List.of()));

        assertThat(store.clockMillis()).isEqualTo(500);
    }

    @Test
    void renameOverAnotherFileDeletesThatOne() {
        apply(
                1,
                new Entry(
                        1,
                        1,
                        0,
                        List.of(
                                create(FIRST, "a"),
                                write(FIRST, 0, "new"),
                                create(SECOND, "b"),
                                write(SECOND, 0, "old"))));
        apply(1, new Entry(1, 2, 0, List.of(new FileOperation.Rename(FIRST, new FileName("b")))));

        assertThat(store.table().names()).containsOnly(Map.entry(new FileName("b"), FIRST));
        assertThat(text(FIRST)).isEqualTo("new");
        assertThatThrownBy(() -> store.table().length(SECOND)).hasMessage("no file has the id 2");
    }

    @Test
    void aDeletedFileLeavesTheDiskAfterTheNextCheckpointAndNotBefore() {
        apply(1, new Entry(1, 1, 0, List.of(create(FIRST, "a"), create(SECOND, "b"))));
        store.checkpoint().finish();
        apply(1, new Entry(1, 2, 0, List.of(new FileOperation.Delete(FIRST), write(FIRST, 0, "late"))));
        assertThat(disk.list("data")).containsExactly("1", "2");

        var checkpoint = store.checkpoint();
        assertThat(disk.list("data")).containsExactly("1", "2");
        checkpoint.finish();

        assertThat(disk.list("data")).containsExactly("2");
    }

    @Test
    void aFileDeletedBeforeAnExportEndsStaysUntilTheCheckpointAfterIt() {
        apply(1, new Entry(1, 1, 0, List.of(create(FIRST, "a"), create(SECOND, "b"))));
        store.checkpoint().finish();
        try (var export = store.export()) {
            apply(1, new Entry(1, 2, 0, List.of(new FileOperation.Delete(FIRST))));
            store.checkpoint().finish();
            assertThat(disk.list("data")).containsExactly("1", "2");
            assertThat(export.position().index()).isZero();
        }

        store.checkpoint().finish();

        assertThat(disk.list("data")).containsExactly("2");
    }

    @Test
    void onlyTwoManifestsAreKept() {
        for (long sequence = 1; sequence < 6; sequence++) {
            apply(1, new Entry(1, sequence, 0, List.of()));
            store.checkpoint().finish();
        }

        assertThat(disk.list(""))
                .containsExactly(Manifests.fileName(new LogPosition(1, 3)), Manifests.fileName(new LogPosition(1, 4)));
    }

    @Test
    void labelsArePartOfTheStateAndTheHash() {
        var before = store.tableHash().get();
        store.label(new LogPosition(1, index++), "members", ByteBuffer.wrap("n1 n2".getBytes(UTF_8)));
        store.checkpoint().finish();

        var restarted = opened(disk.copy());

        assertThat(restarted.labels()).containsEntry("members", ByteBuffer.wrap("n1 n2".getBytes(UTF_8)));
        assertThat(restarted.tableHash().get().sha256()).isNotEqualTo(before.sha256());
        restarted.label(new LogPosition(1, 1), "members", ByteBuffer.allocate(0));
        assertThat(restarted.labels()).isEmpty();
        assertThat(restarted.tableHash().get().sha256()).isEqualTo(before.sha256());
    }

    @Test
    void nothingIsReadBeforeRedoHasPassed() {
        apply(1, new Entry(1, 1, 0, List.of(create(FIRST, "a"), write(FIRST, 0, "x"))));
        var restarted = Store.open(disk.copy(), SETTINGS);
        restarted.recover(0);

        assertThatThrownBy(() -> restarted.read(FIRST, 0, ByteBuffer.allocate(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("before redo has passed entry 0");
        assertThatThrownBy(restarted::checkpoint).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(restarted::tableHash).isInstanceOf(IllegalStateException.class);
        restarted.skip(new LogPosition(1, 0));
        assertThat(restarted.redoing()).isFalse();
    }

    @Test
    void aLogThatWasCutDoesNotKeepRedoWaiting() {
        var restarted = Store.open(disk.copy(), SETTINGS);
        restarted.recover(100);
        restarted.skip(new LogPosition(1, 0));
        restarted.logCutAfter(0);

        assertThat(restarted.redoing()).isFalse();
    }

    @Test
    void aDiskThatRefusesAWriteEndsTheReplica() {
        apply(1, new Entry(1, 1, 0, List.of(create(FIRST, "a"))));
        disk.failAt(disk.steps() + 1, "No space left on device");

        assertThatThrownBy(() -> apply(1, new Entry(1, 2, 0, List.of(write(FIRST, 0, "x")))))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("data/1")
                .hasMessageContaining("No space left on device");
        assertThat(store.failure()).isPresent();
        assertThatThrownBy(() -> apply(1, new Entry(1, 2, 0, List.of(write(FIRST, 0, "x")))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("failed before");
    }

    @Test
    void aFailedFsyncIsNeverTriedAgain() {
        apply(1, new Entry(1, 1, 0, List.of(create(FIRST, "a"), write(FIRST, 0, "x"))));
        var checkpoint = store.checkpoint();
        disk.failAt(disk.steps() + 1, "Input/output error");
        int before = disk.fsyncs();

        assertThatThrownBy(checkpoint::finish).isInstanceOf(StoreFailure.class).hasMessageContaining("error");
        assertThatThrownBy(checkpoint::finish).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(store::checkpoint).isInstanceOf(IllegalStateException.class);

        assertThat(disk.fsyncs()).isEqualTo(before + 1);
        assertThat(store.checkpointed()).isEqualTo(LogPosition.START);
    }

    @Test
    void aManifestOfANewerProgramIsRefusedInWords() throws Exception {
        apply(1, new Entry(1, 1, 0, List.of()));
        store.checkpoint().finish();
        var bytes = ByteBuffer.wrap(disk.bytes(Manifests.fileName(store.checkpointed())));
        bytes.putInt(4, 2);
        var crc = new CRC32C();
        crc.update(bytes.array(), 0, bytes.limit() - 4);
        bytes.putInt(bytes.limit() - 4, (int) crc.getValue());
        Manifests.write(disk, Manifests.fileName(store.checkpointed()), bytes);

        assertThatThrownBy(() -> Store.open(disk, SETTINGS))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("has version 2, this program knows version 1: start a newer program");
    }

    @Test
    void withoutAnyIntactManifestTheStoreDoesNotPretendToBeEmpty() {
        apply(1, new Entry(1, 1, 0, List.of()));
        store.checkpoint().finish();
        disk.flipBit(Manifests.fileName(store.checkpointed()), 20, 1);

        assertThatThrownBy(() -> Store.open(disk, SETTINGS)).isInstanceOf(DamageException.class);
    }

    @Test
    void aScrubReadsNoMoreThanItIsGivenAndGoesRound() {
        apply(
                1,
                new Entry(
                        1,
                        1,
                        0,
                        List.of(
                                create(FIRST, "a"),
                                write(FIRST, 0, "x".repeat(150)),
                                create(SECOND, "b"),
                                write(SECOND, 0, "y"))));
        var scrub = store.scrub();

        assertThat(scrub.run(1)).isEqualTo(new Scrub.Report(64, false, List.of()));
        assertThat(scrub.run(70)).isEqualTo(new Scrub.Report(64 + 22, false, List.of()));
        assertThat(scrub.run(70)).isEqualTo(new Scrub.Report(1, true, List.of()));
        assertThat(scrub.run(1000)).isEqualTo(new Scrub.Report(151, true, List.of()));
    }

    @Test
    void aReaderThatComesTooLateGetsNoZeros() {
        apply(1, new Entry(1, 1, 0, List.of(create(FIRST, "a"), write(FIRST, 0, "abc"))));
        var held = store.table().live(FIRST);
        apply(1, new Entry(1, 2, 0, List.of(new FileOperation.Delete(FIRST))));
        store.checkpoint().finish();

        assertThatThrownBy(() -> held.read(0, ByteBuffer.allocate(3)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("data/1 (a) was cut or deleted while it was read at offset 0");
    }

    @Test
    void aClosedStoreIsNotTakenForADamagedOne() {
        apply(1, new Entry(1, 1, 0, List.of(create(FIRST, "a"), write(FIRST, 0, "abc"))));
        store.close();

        assertThatThrownBy(() -> store.read(FIRST, 0, ByteBuffer.allocate(3)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the store is closed");
    }

    @Test
    void aReadBeyondTheEndIsRefused() {
        apply(1, new Entry(1, 1, 0, List.of(create(FIRST, "a"), write(FIRST, 0, "abc"))));

        assertThatThrownBy(() -> store.read(FIRST, 1, ByteBuffer.allocate(3)))
                .hasMessage("reading 3 bytes at offset 1 of data/1 (a), which has 3");
    }

    private static Store opened(Disk disk) {
        var store = Store.open(disk, SETTINGS);
        store.recover(-1);
        return store;
    }

    private ApplyResult apply(long logTerm, Entry entry) {
        return store.apply(new LogPosition(logTerm, index++), Entry.decode(entry.encode()));
    }

    private ApplyResult.Reason reason(long logTerm, Entry entry) {
        return ((ApplyResult.Dropped) apply(logTerm, entry)).reason();
    }

    private String text(FileId file) {
        var bytes = ByteBuffer.allocate((int) store.table().length(file));
        store.read(file, 0, bytes);
        return UTF_8.decode(bytes.flip()).toString();
    }

    private static FileOperation create(FileId file, String name) {
        return new FileOperation.Create(file, new FileName(name));
    }

    private static FileOperation write(FileId file, long offset, String text) {
        return new FileOperation.Write(file, offset, ByteBuffer.wrap(text.getBytes(UTF_8)));
    }
}
