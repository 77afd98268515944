/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The files of a replica that were put aside as a backup, read and checked block by block, for a new group: in it they are the
 * state before its first entry.
 */
public final class StoredBackup implements AutoCloseable {
    /**
     * Where the state of a restored group is said to be. It must be an entry, of which the log of the group begins one later: else
     * a node that joins could begin with nothing and redo a log that does not tell all, and an empty node could be elected.
     */
    public static final LogPosition RESTORED = new LogPosition(1, 1);

    private static final int OPEN_FILES_MAX = 16;

    private final Manifest manifest;
    private final Map<FileId, FileImage> images;
    private final DataFiles data;
    private final BlockSums blockSums;

    private StoredBackup(Manifest manifest, DataFiles data) {
        this.manifest = manifest;
        this.data = data;
        images = manifest.files().stream().collect(Collectors.toMap(FileImage::id, Function.identity()));
        blockSums = new BlockSums(manifest.blockBytes());
    }

    /**
     * The newest state there is.
     *
     * @throws DamageException if there is no intact manifest
     */
    public static StoredBackup open(Disk disk) {
        try {
            var newest = new Manifests(disk).newest();
            if (newest.isEmpty()) {
                throw new DamageException("the backup", 0, "it has no manifest");
            }
            return new StoredBackup(newest.get(), new DataFiles(disk, DataFiles.DIRECTORY, OPEN_FILES_MAX));
        } catch (IOException e) {
            throw new StoreFailure("opening a backup", e);
        }
    }

    /** The hash of the state, and the entry of the old group's log at which it was that. */
    public TableHash hash() {
        return new TableHash(manifest.position(), HexFormat.of().formatHex(manifest.hash()));
    }

    /**
     * The state for {@link SnapshotImport#begin}, as that of a new group in which nobody has written yet; names, ids, bytes, labels
     * and the clock stay.
     */
    public ByteBuffer restoredManifest() {
        return new Manifest(
                        RESTORED,
                        -1,
                        manifest.blockBytes(),
                        manifest.nextId(),
                        new Fence.Open(0, 0),
                        manifest.clockMillis(),
                        manifest.labels(),
                        manifest.files())
                .encode();
    }

    /**
     * The block's bytes.
     *
     * @throws DamageException if they are not what was put aside
     */
    public ByteBuffer read(SnapshotImport.Block block) {
        var image = images.get(block.file());
        var bytes = ByteBuffer.allocate(block.length());
        var offset = (long) block.number() * manifest.blockBytes();
        if (image == null) {
            throw new DamageException(data.path(block.file()), offset, "the backup has no such file");
        }
        try {
            var read = data.read(block.file(), offset, bytes);
            if (read != block.length() || blockSums.of(bytes.flip(), 0) != image.sum(block.number())) {
                throw damage(image, offset, "its checksum does not match");
            }
            return bytes.rewind();
        } catch (IOException e) {
            throw damage(image, offset, "it cannot be read: " + e);
        }
    }

    private DamageException damage(FileImage image, long offset, String reason) {
        return new DamageException(data.path(image.id()) + " (" + image.name() + ")", offset, reason);
    }

    @Override
    public void close() {
        data.close();
    }
}
