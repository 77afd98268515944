/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The taker's side of an installation: builds the files of another replica's checkpoint in a side directory, from its own blocks
 * where they are the same and from the giver's where not, and only when all is durable lets them take the place of the old ones.
 *
 * <p>Killed before {@link #complete} has returned, the old state stands; afterwards {@link #rollForward} ends in the new one, however
 * often it is killed itself.
 *
 * <p>One thread at a time. A {@link StoreFailure} before {@link #complete} returned, a full disk for one, concerns the side directory
 * only: the caller may {@link #abandon} the import and try again later.
 */
public final class SnapshotImport {
    private static final String SIDE = "import";
    private static final String SIDE_DATA = SIDE + "/" + DataFiles.DIRECTORY;
    private static final String SIDE_MANIFEST = SIDE + "/manifest";
    private static final String MARKER = SIDE + "/complete";
    private static final String MARKER_TEMPORARY = SIDE + "/complete.tmp";

    private final Disk disk;
    private final Manifest manifest;
    private final BlockSums blockSums;
    private final DataFiles side;
    private final DataFiles local;
    private final List<FileImage> built = new ArrayList<>();
    private final List<FileImage> kept = new ArrayList<>();
    private final Set<Block> missing = new LinkedHashSet<>();

    /** One block of the manifest, with as many bytes as the file has of it there. */
    public record Block(FileId file, int number, int length) {}

    /** What the local files are doing meanwhile. */
    public enum LocalFiles {
        /** Nobody applies to them until the import has taken their place: a file that is wholly the same stays where it is. */
        AT_REST,
        /** A store may still apply older entries to them: everything that is the same is copied. */
        IN_USE
    }

    private SnapshotImport(Disk disk, Manifest manifest) {
        this.disk = disk;
        this.manifest = manifest;
        blockSums = new BlockSums(manifest.blockBytes());
        side = new DataFiles(disk, SIDE_DATA, 16);
        local = new DataFiles(disk, DataFiles.DIRECTORY, 16);
    }

    /** Drops what an earlier attempt has left, and copies all local blocks that are the same: reads the whole local store once. */
    public static SnapshotImport begin(Disk disk, ByteBuffer manifest, LocalFiles localFiles) {
        var started = new SnapshotImport(disk, Manifest.decode("the giver's manifest", manifest));
        try {
            if (disk.exists(MARKER)) {
                throw new IllegalStateException("an import is complete and has not taken its place yet");
            }
            dropSide(disk);
            disk.makeDirectory(DataFiles.DIRECTORY);
            disk.makeDirectory(SIDE);
            disk.makeDirectory(SIDE_DATA);
            disk.fsyncDirectory(SIDE);
            disk.fsyncDirectory("");
            for (var file : started.manifest.files()) {
                if (localFiles == LocalFiles.AT_REST && started.isTheSame(file)) {
                    started.kept.add(file);
                } else {
                    started.build(file);
                }
            }
            return started;
        } catch (IOException e) {
            throw new StoreFailure("beginning an import", e);
        }
    }

    /** The entry whose state will be installed. */
    public LogPosition position() {
        return manifest.position();
    }

    /** The blocks that only the giver has; shrinks as they are accepted. */
    public List<Block> missing() {
        return List.copyOf(missing);
    }

    /** Takes a block from the giver, in any order. It may hold later bytes than the manifest, or fewer: redo makes it right. */
    public void accept(Block block, ByteBuffer bytes) {
        if (bytes.remaining() > block.length()) {
            throw new IllegalArgumentException(block + " with " + bytes.remaining() + " bytes");
        }
        if (missing.remove(block)) {
            side.write(block.file(), (long) block.number() * manifest.blockBytes(), bytes.duplicate());
        }
    }

    /**
     * Makes all durable and marks it complete; the store must redo the log at least to {@code redoUntil}, see
     * {@link SnapshotExport#redoUntil}. The next {@link Store#open} finds the new state.
     */
    public void complete(long redoUntil) {
        if (!missing.isEmpty()) {
            throw new IllegalStateException(missing.size() + " blocks are missing");
        }
        try {
            for (var file : built) {
                long size = side.size(file.id());
                side.zero(file.id(), size, Math.max(size, file.length()));
                side.fsync(file.id());
            }
            kept.forEach(file -> local.fsync(file.id()));
            side.close();
            local.close();
            disk.fsyncDirectory(SIDE_DATA);
            disk.fsyncDirectory(DataFiles.DIRECTORY);
            Manifests.write(
                    disk, SIDE_MANIFEST, manifest.withRedoUntil(redoUntil).encode());
            Manifests.write(disk, MARKER_TEMPORARY, ByteBuffer.allocate(0));
            disk.fsyncDirectory(SIDE);
            disk.rename(MARKER_TEMPORARY, MARKER);
            disk.fsyncDirectory(SIDE);
        } catch (IOException e) {
            throw new StoreFailure("completing an import", e);
        }
    }

    /** Gives up; the old state stands. */
    public void abandon() {
        side.close();
        local.close();
        try {
            dropSide(disk);
        } catch (IOException e) {
            throw new StoreFailure("dropping an import", e);
        }
    }

    /**
     * Lets a complete import take the place of the old files, and drops an incomplete one. No store may be open. Answers whether the
     * state is a new one.
     */
    static boolean rollForward(Disk disk) throws IOException {
        boolean complete = disk.exists(MARKER);
        if (complete && disk.exists(SIDE_MANIFEST)) {
            switchOver(disk);
        }
        if (complete) {
            disk.unlink(MARKER);
            disk.fsyncDirectory(SIDE);
        }
        dropSide(disk);
        return complete;
    }

    private static void switchOver(Disk disk) throws IOException {
        var manifest = Manifest.decode(SIDE_MANIFEST, Manifests.read(disk, SIDE_MANIFEST));
        disk.makeDirectory(DataFiles.DIRECTORY);
        disk.fsyncDirectory("");
        for (String name : disk.list(SIDE_DATA)) {
            disk.rename(SIDE_DATA + "/" + name, DataFiles.DIRECTORY + "/" + name);
        }
        var wanted = new LinkedHashSet<String>();
        manifest.files().forEach(file -> wanted.add(file.id().toString()));
        for (String name : disk.list(DataFiles.DIRECTORY)) {
            if (!wanted.contains(name)) {
                disk.unlink(DataFiles.DIRECTORY + "/" + name);
            }
        }
        disk.fsyncDirectory(SIDE_DATA);
        disk.fsyncDirectory(DataFiles.DIRECTORY);
        new Manifests(disk).unlinkAll();
        disk.rename(SIDE_MANIFEST, Manifests.fileName(manifest.position()));
        disk.fsyncDirectory("");
        disk.fsyncDirectory(SIDE);
    }

    private static void dropSide(Disk disk) throws IOException {
        for (String name : disk.list(SIDE_DATA)) {
            disk.unlink(SIDE_DATA + "/" + name);
        }
        disk.removeDirectory(SIDE_DATA);
        for (String name : disk.list(SIDE)) {
            disk.unlink(SIDE + "/" + name);
        }
        disk.removeDirectory(SIDE);
    }

    private boolean isTheSame(FileImage file) throws IOException {
        if (!disk.exists(local.path(file.id())) || local.size(file.id()) != file.length()) {
            return false;
        }
        var buffer = ByteBuffer.allocate(manifest.blockBytes());
        for (int block = 0; block < file.blocks(); block++) {
            if (!localBlockIsTheSame(file, block, buffer)) {
                return false;
            }
        }
        return true;
    }

    private void build(FileImage file) throws IOException {
        built.add(file);
        side.create(file.id());
        var buffer = ByteBuffer.allocate(manifest.blockBytes());
        for (int block = 0; block < file.blocks(); block++) {
            long start = (long) block * manifest.blockBytes();
            if (start >= file.zeroFrom()) {
                side.zero(file.id(), start, file.length());
                return;
            }
            if (localBlockIsTheSame(file, block, buffer)) {
                side.write(file.id(), start, buffer);
            } else {
                missing.add(new Block(file.id(), block, present(file, block)));
            }
        }
    }

    /** Afterwards the buffer holds the block. A block that cannot be read is not the same. */
    private boolean localBlockIsTheSame(FileImage file, int block, ByteBuffer buffer) {
        int present = present(file, block);
        buffer.clear().limit(present);
        try {
            int read = local.read(file.id(), (long) block * manifest.blockBytes(), buffer);
            boolean same = read == present && blockSums.of(buffer.flip(), 0) == file.sum(block);
            buffer.rewind();
            return same;
        } catch (IOException unreadable) {
            return false;
        }
    }

    private int present(FileImage file, int block) {
        return (int) Math.min(manifest.blockBytes(), file.length() - (long) block * manifest.blockBytes());
    }
}
