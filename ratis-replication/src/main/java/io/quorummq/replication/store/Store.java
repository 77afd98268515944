/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of one replica: the state machine behind the log.
 *
 * <p>Threads: {@link #recover}, {@link #apply}, {@link #skip}, {@link #label}, {@link #checkpoint}, {@link #tableHash} and
 * {@link #logCutAfter} belong to the one apply thread. Everything else may be called from any thread.
 *
 * <p>Applied bytes are in the page cache only. What survives a power cut is the newest finished {@link Checkpoint}; the log from the
 * entry behind it is applied again at the next start, over files that may already hold later bytes.
 */
public final class Store implements AutoCloseable {
    /** The longest key and the largest value of a label. */
    public static final int LABEL_KEY_BYTES_MAX = 255;

    public static final int LABEL_VALUE_BYTES_MAX = 1 << 20;

    private static final Pattern FILE_NAME = Pattern.compile("[1-9][0-9]{0,17}");

    private final Disk disk;
    private final DataFiles data;
    private final FileTable table;
    private final int blockBytes;
    private final ChangedFiles changed = new ChangedFiles();
    private final List<DamageException> damagedManifests;
    private final Object unlinks = new Object();
    private int holds;
    private Fence fence;
    private final long copiedUntil;
    private long redoUntil;
    private boolean recoverCalled;
    private volatile long clockMillis;
    private volatile SortedMap<String, ByteBuffer> labels;
    private volatile LogPosition applied;
    private volatile boolean redoing = true;
    private volatile @Nullable Manifest durable;
    private volatile @Nullable Checkpoint running;
    private volatile @Nullable Throwable failure;
    private volatile Consumer<DamageException> onDamage = damage -> {};

    private Store(Disk disk, StoreSettings settings, Optional<Manifest> found, List<DamageException> damagedManifests) {
        this.disk = disk;
        this.damagedManifests = damagedManifests;
        durable = found.orElse(null);
        var start = found.orElseGet(() -> new Manifest(
                LogPosition.START,
                -1,
                settings.blockBytes(),
                FileId.FIRST,
                new Fence.Open(0, 0),
                0,
                Collections.emptySortedMap(),
                List.of()));
        data = new DataFiles(disk, DataFiles.DIRECTORY, settings.openFilesMax());
        blockBytes = start.blockBytes();
        table = new FileTable(start.nextId(), start.files(), data, new BlockSums(blockBytes), changed);
        fence = start.fence();
        clockMillis = start.clockMillis();
        labels = start.labels();
        applied = start.position();
        copiedUntil = start.redoUntil();
        redoUntil = copiedUntil;
    }

    /**
     * Opens the state of the newest intact manifest, after rolling forward an installation that was complete. Bytes cannot be read
     * before {@link #recover} and the redo it asks for.
     *
     * @throws DamageException if there are manifests but none is intact: only an installation helps
     * @throws FormatException if a newer program wrote them
     */
    public static Store open(Disk disk, StoreSettings settings) {
        try {
            SnapshotImport.rollForward(disk);
            disk.makeDirectory(DataFiles.DIRECTORY);
            var manifests = new Manifests(disk);
            var store = new Store(disk, settings, manifests.newest(), manifests.damaged());
            store.unlinkLeftOvers();
            return store;
        } catch (IOException e) {
            throw new StoreFailure("opening the store", e);
        }
    }

    private void unlinkLeftOvers() throws IOException {
        for (String name : disk.list(DataFiles.DIRECTORY)) {
            if (!FILE_NAME.matcher(name).matches()) {
                continue; // not ours: somebody's editor, a file system's own
            }
            var file = new FileId(Long.parseLong(name));
            if (file.compareTo(table.nextId()) < 0 && !table.has(file)) {
                data.unlink(file);
            }
        }
    }

    /** Manifests that were damaged and passed over for an older one: to be logged. */
    public List<DamageException> damagedManifests() {
        return damagedManifests;
    }

    /** The last entry in the files; redo begins at the next. */
    public LogPosition applied() {
        return applied;
    }

    /** The last entry that a power cut cannot take away: the log up to it is not needed for recovery. */
    public LogPosition checkpointed() {
        var last = durable;
        return last == null ? LogPosition.START : last.position();
    }

    /**
     * Says which entry is the last in the local log: up to there the files may hold effects of entries not yet applied again. To be
     * called once after opening; reads are possible as soon as that entry has been applied.
     */
    public void recover(long lastLogIndex) {
        redoUntil = Math.max(redoUntil, lastLogIndex);
        recoverCalled = true;
        passRedo();
    }

    /** The log was cut behind an entry: nothing after it was ever applied, so redo need not wait for more. */
    public void logCutAfter(long index) {
        redoUntil = Math.min(redoUntil, Math.max(index, copiedUntil));
        passRedo();
    }

    /** Whether bytes cannot be read yet, nor hashed, nor checkpointed. */
    public boolean redoing() {
        return redoing;
    }

    /** Why this replica cannot go on: a disk error, or a bug met while applying. The process has to halt. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Applies one committed entry. Positions must rise. What counts is decided by term and sequence alone, alike on every replica;
     * any exception is the end of this replica.
     */
    public ApplyResult apply(LogPosition position, Entry entry) {
        return orFail("apply at " + position, position, () -> {
            var judgement = fence.judge(position.term(), entry);
            fence = judgement.next();
            return judgement.result() == ApplyResult.APPLIED ? applyOperations(entry) : judgement.result();
        });
    }

    private ApplyResult applyOperations(Entry entry) {
        clockMillis = Math.max(clockMillis, entry.clockMillis());
        for (var operation : entry.operations()) {
            try {
                operation.applyTo(table);
            } catch (InvalidOperation e) {
                fence = fence.close();
                return new ApplyResult.Dropped(ApplyResult.Reason.INVALID, String.valueOf(e.getMessage()));
            }
        }
        return ApplyResult.APPLIED;
    }

    /** An entry of the log that is not for the files. */
    public void skip(LogPosition position) {
        orFail("skip to " + position, position, () -> ApplyResult.APPLIED);
    }

    /** An entry that sets a label: bytes that belong to the layers above and are part of the replicated state. Empty bytes remove it. */
    public void label(LogPosition position, String key, ByteBuffer value) {
        int keyBytes = key.getBytes(StandardCharsets.UTF_8).length;
        if (keyBytes > LABEL_KEY_BYTES_MAX || value.remaining() > LABEL_VALUE_BYTES_MAX) {
            throw new IllegalArgumentException("label " + key + " with " + value.remaining()
                    + " bytes: allowed are keys of " + LABEL_KEY_BYTES_MAX + " and values of " + LABEL_VALUE_BYTES_MAX);
        }
        orFail("label at " + position, position, () -> {
            var copy = ByteBuffer.allocate(value.remaining())
                    .put(value.duplicate())
                    .flip();
            var changedLabels = new TreeMap<>(labels);
            if (copy.hasRemaining()) {
                changedLabels.put(key, copy.asReadOnlyBuffer());
            } else {
                changedLabels.remove(key);
            }
            labels = Collections.unmodifiableSortedMap(changedLabels);
            return ApplyResult.APPLIED;
        });
    }

    /** All labels as applied; do not move the buffers' positions. */
    public SortedMap<String, ByteBuffer> labels() {
        return labels;
    }

    /** The cluster's clock as of the last applied entry; it never goes backwards. */
    public long clockMillis() {
        return clockMillis;
    }

    /** Names, ids and lengths as applied. */
    public FileTable table() {
        return table;
    }

    /**
     * Fills the buffer with a file's bytes from an offset. The checksum of every block touched is verified first. The caller has
     * waited for all writes to the range and for any cut of the file; writes elsewhere in the file may go on.
     *
     * @throws DamageException if a block is not what was written; nothing of it is handed out as good
     */
    public void read(FileId file, long offset, ByteBuffer into) {
        requirePassedRedo("read");
        try {
            table.live(file).read(offset, into);
        } catch (DamageException e) {
            onDamage.accept(e);
            throw e;
        }
    }

    /** Hears of each damaged block that a read meets, on the thread that reads. */
    public void onDamage(Consumer<DamageException> listener) {
        onDamage = listener;
    }

    /** A new scrub from the beginning. */
    public Scrub scrub() {
        requirePassedRedo("scrub");
        return new Scrub(table, blockBytes);
    }

    /** Freezes the state of this entry; the costly part, the hashing, happens when asked for, on any thread. */
    public Supplier<TableHash> tableHash() {
        requirePassedRedo("hash");
        var frozen = freeze();
        return () -> new TableHash(frozen.position(), HexFormat.of().formatHex(frozen.hash()));
    }

    /** Freezes the state of this entry and answers the work that makes it durable, to be done beside the apply thread; one at a time. */
    public Checkpoint checkpoint() {
        requirePassedRedo("checkpoint");
        requireHealthy();
        if (running != null) {
            throw new IllegalStateException("a checkpoint at " + running.position() + " is still running");
        }
        if (applied.index() < 0) {
            throw new IllegalStateException("nothing was applied yet");
        }
        var checkpoint = new Checkpoint(this, freeze(), changed.take(), data, disk);
        running = checkpoint;
        return checkpoint;
    }

    /**
     * Gives the newest checkpoint to another replica while this one goes on. Until it is closed no deleted file leaves the disk;
     * the layer above must hold back the log's purge too.
     */
    public SnapshotExport export() {
        requirePassedRedo("export");
        synchronized (unlinks) {
            var manifest = durable;
            if (manifest == null) {
                throw new IllegalStateException("there is no checkpoint yet");
            }
            holds++;
            return new SnapshotExport(this, manifest, data);
        }
    }

    /** Closes the files; what was not checkpointed is redone at the next start. */
    @Override
    public void close() {
        data.close();
    }

    private Manifest freeze() {
        return new Manifest(applied, -1, blockBytes, table.nextId(), fence, clockMillis, labels, table.images());
    }

    private ApplyResult orFail(String what, LogPosition position, Supplier<ApplyResult> change) {
        requireHealthy();
        if (position.index() <= applied.index() || position.term() < applied.term()) {
            throw new IllegalStateException(what + ": " + applied + " was applied before");
        }
        try {
            var result = change.get();
            applied = position;
            passRedo();
            return result;
        } catch (RuntimeException | Error e) {
            failure = e;
            throw e;
        }
    }

    /** Work of a checkpoint, whose failure is the replica's. */
    void orFail(String what, Checkpoint.Step work) {
        requireHealthy();
        try {
            work.run();
        } catch (IOException e) {
            var fatal = new StoreFailure(what, e);
            failure = fatal;
            throw fatal;
        } catch (RuntimeException | Error e) {
            failure = e;
            throw e;
        }
    }

    void checkpointDurable(Manifest manifest) {
        synchronized (unlinks) {
            durable = manifest;
        }
    }

    void checkpointOver(Checkpoint checkpoint) {
        if (running == checkpoint) {
            running = null;
        }
    }

    void takeBack(ChangedFiles.Change change) {
        changed.putBack(change);
    }

    void unlink(Set<FileId> deleted) {
        synchronized (unlinks) {
            if (holds > 0) {
                changed.keep(deleted);
            } else {
                deleted.forEach(data::unlink);
            }
        }
    }

    void releaseHold() {
        synchronized (unlinks) {
            holds--;
        }
    }

    private void passRedo() {
        if (redoing && recoverCalled && applied.index() >= redoUntil) {
            table.redoPassed();
            redoing = false;
        }
    }

    private void requirePassedRedo(String what) {
        if (redoing) {
            throw new IllegalStateException(
                    what + " before redo has passed entry " + redoUntil + " of the log, now at " + applied);
        }
    }

    private void requireHealthy() {
        if (failure != null) {
            throw new IllegalStateException("this replica has failed before", failure);
        }
    }
}
