/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The giver's side of an installation: the newest checkpoint's manifest, and blocks as they are now, which may be later than it. */
public final class SnapshotExport implements AutoCloseable {
    private final Store store;
    private final Manifest manifest;
    private final DataFiles data;
    private boolean closed;

    SnapshotExport(Store store, Manifest manifest, DataFiles data) {
        this.store = store;
        this.manifest = manifest;
        this.data = data;
    }

    /** The entry whose state the manifest holds: the taker redoes the log from the next. */
    public LogPosition position() {
        return manifest.position();
    }

    /** What {@link SnapshotImport#begin} takes. */
    public ByteBuffer manifest() {
        return manifest.encode();
    }

    /**
     * The block's bytes as they are now, checked; fewer than asked for, or none, if the file was cut or deleted since. To be called
     * from any thread, while the replica applies.
     *
     * @throws DamageException if this replica's own block is damaged: it must not be given to anybody
     */
    public ByteBuffer read(SnapshotImport.Block block) {
        var bytes = ByteBuffer.allocate(manifest.blockBytes());
        var live = store.table().ifLive(block.file());
        int present = live.isPresent() ? live.get().readBlock(block.number(), bytes) : raw(block, bytes);
        return bytes.position(0).limit(Math.min(present, block.length()));
    }

    /** A file deleted since the manifest: the taker will delete it too, so its bytes only have to be there. */
    private int raw(SnapshotImport.Block block, ByteBuffer into) {
        try {
            return data.read(block.file(), (long) block.number() * manifest.blockBytes(), into);
        } catch (IOException e) {
            throw new StoreFailure("reading " + data.path(block.file()), e);
        }
    }

    /** The last entry whose effects the blocks read so far may hold: to be asked after the last block, for {@link SnapshotImport#complete}. */
    public long redoUntil() {
        return store.applied().index();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            store.releaseHold();
        }
    }
}
