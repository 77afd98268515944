/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.installation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.store.DamageException;
import io.quorummq.replication.store.Entry;
import io.quorummq.replication.store.EntryBuilder;
import io.quorummq.replication.store.FileId;
import io.quorummq.replication.store.FileName;
import io.quorummq.replication.store.FileOperation;
import io.quorummq.replication.store.LocalDisk;
import io.quorummq.replication.store.LogPosition;
import io.quorummq.replication.store.SnapshotExport;
import io.quorummq.replication.store.SnapshotImport.Block;
import io.quorummq.replication.store.Store;
import io.quorummq.replication.store.StoreSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One giver with one file, asked as the wire asks. */
final class SnapshotServiceTest {
    private static final UUID TAKER = new UUID(1, 2);
    private static final String SHARD = "0";

    @TempDir
    Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong freeBytes = new AtomicLong(1_000);
    private final LogHolds holds = new LogHolds(nanos::get, freeBytes::get, 100);
    private final SnapshotService service = new SnapshotService(SHARD, holds, nanos::get, Runnable::run);
    private final List<DamageException> damage = new ArrayList<>();
    private Store store;

    private final class OneStore implements Giver {
        @Override
        public SnapshotExport export(long indexMin) {
            return store.export();
        }

        @Override
        public byte[] configuration() {
            return new byte[] {7};
        }

        @Override
        public void damaged(DamageException found) {
            damage.add(found);
        }
    }

    @BeforeEach
    void oneFileInOneCheckpoint() throws IOException {
        store = Store.open(new LocalDisk(directory), StoreSettings.DEFAULT);
        store.recover(-1);
        apply(
                0,
                1,
                new FileOperation.Create(FileId.FIRST, new FileName("a")),
                new FileOperation.Write(FileId.FIRST, 0, ByteBuffer.wrap(new byte[] {1, 2, 3})));
        store.checkpoint().finish();
        service.give(new OneStore());
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void aTakerGetsManifestBlocksAndTheEntryToRedoTo() throws Exception {
        var begun = ByteBuffer.wrap(call(SnapshotCall.BEGIN.request(SHARD, TAKER, 0)));
        assertThat(new LogPosition(begun.getLong(), begun.getLong())).isEqualTo(new LogPosition(1, 0));
        var manifestBytes = begun.getInt();
        assertThat(begun.get()).isEqualTo((byte) 7);

        assertThat(call(SnapshotCall.MANIFEST.offsetRequest(SHARD, TAKER, 0))).hasSize(manifestBytes);
        assertThat(call(SnapshotCall.MANIFEST.offsetRequest(SHARD, TAKER, manifestBytes)))
                .isEmpty();
        assertThat(call(blocks())).containsExactly(0, 0, 0, 3, 1, 2, 3);
        apply(1, 2, new FileOperation.Write(FileId.FIRST, 0, ByteBuffer.wrap(new byte[] {9})));
        assertThat(ByteBuffer.wrap(call(SnapshotCall.END.request(SHARD, TAKER))).getLong())
                .isEqualTo(1);
        assertThat(service.takers()).isEmpty();
        assertThat(holds.limit(100)).isZero();
    }

    @Test
    void aFileDeletedMeanwhileStaysUntilTheTakerHasNotBeenHeardOfForALease() throws Exception {
        call(SnapshotCall.BEGIN.request(SHARD, TAKER, 0));
        apply(1, 2, new FileOperation.Delete(FileId.FIRST));
        store.checkpoint().finish();
        nanos.addAndGet(SnapshotService.LEASE.toNanos() - 1);
        call(SnapshotCall.RENEW.request(SHARD, TAKER));
        nanos.addAndGet(SnapshotService.LEASE.toNanos());
        service.expire();
        assertThat(call(blocks())).containsExactly(0, 0, 0, 3, 1, 2, 3);
        assertThat(Files.exists(directory.resolve("data/1"))).isTrue();

        nanos.addAndGet(SnapshotService.LEASE.toNanos() + 1);
        service.expire();

        assertThat(service.takers()).isEmpty();
        refused(blocks(), "begin anew");
        apply(2, 3, new FileOperation.Create(new FileId(2), new FileName("b")));
        store.checkpoint().finish();
        assertThat(Files.exists(directory.resolve("data/1"))).isFalse();
    }

    @Test
    void aNearlyFullDiskEndsAllGiving() throws Exception {
        call(SnapshotCall.BEGIN.request(SHARD, TAKER, 0));

        freeBytes.set(10);
        service.expire();

        assertThat(service.takers()).isEmpty();
        refused(SnapshotCall.BEGIN.request(SHARD, TAKER, 0), "nearly full");
        refused(SnapshotCall.HOLD.request(SHARD, TAKER, 0), "does not keep its log");
    }

    @Test
    void aDamagedBlockIsRefusedAndReported() throws Exception {
        call(SnapshotCall.BEGIN.request(SHARD, TAKER, 0));
        Files.write(directory.resolve("data/1"), new byte[] {1, 2, 4});

        refused(blocks(), "damaged");

        assertThat(damage).hasSize(1);
    }

    @Test
    void aClosedReplicaGivesNothing() throws Exception {
        call(SnapshotCall.BEGIN.request(SHARD, TAKER, 0));

        service.give(null);

        refused(blocks(), "begin anew");
        refused(SnapshotCall.BEGIN.request(SHARD, TAKER, 0), "closed");
    }

    @Test
    void whatCannotBeReadIsRefused() {
        refused(new byte[0], "cannot be read");
        refused(new byte[] {99}, "call 99");
        refused(SnapshotCall.BEGIN.request("other", TAKER, 0), "no shard 'other'");
        refused(new byte[] {1, 1, '0', 0}, "cannot be read");
    }

    private byte[] blocks() {
        return SnapshotCall.blocksRequest(SHARD, TAKER, List.of(new Block(FileId.FIRST, 0, 3)));
    }

    private byte[] call(byte[] request) throws ExecutionException, InterruptedException {
        return service.call(request).get();
    }

    private void refused(byte[] request, String why) {
        assertThatThrownBy(() -> call(request))
                .hasCauseInstanceOf(PeerRefusal.class)
                .hasMessageContaining(why);
    }

    private void apply(long index, long sequence, FileOperation... operations) {
        var builder = new EntryBuilder(64);
        for (var operation : operations) {
            operation.encodeTo(builder);
        }
        store.apply(new LogPosition(1, index), Entry.decode(builder.finish(1, sequence, 1)));
    }
}
