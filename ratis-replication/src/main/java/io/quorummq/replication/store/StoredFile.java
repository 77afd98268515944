/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * One live file: its length and the checksum of each block, kept in step with its bytes.
 *
 * <p>Changed by the apply thread alone. Other threads read: they check what they read against the sums without a lock, and only if
 * that fails again under the lock that the apply thread holds while bytes and sums change.
 *
 * <p>While entries are redone the bytes on the disk may be later than the sums. Sums of appended bytes need not look at the disk and
 * stay right; a block of which other bytes are overwritten becomes <em>unsure</em>, and is summed anew when redo has passed.
 */
final class StoredFile {
    /** The longest file: a million blocks of the default size. */
    static final long LENGTH_MAX = 64L << 30;

    private final FileId id;
    private final DataFiles data;
    private final BlockSums blockSums;
    private final int blockBytes;
    private final Object change = new Object();
    private final BitSet unsure = new BitSet();
    private volatile FileName name;
    private volatile long length;
    /** Perhaps longer than the file, with zeros at the end. */
    private volatile int[] sums;

    private volatile boolean deleted;
    /** No byte at or behind this offset was ever written since the file was last cut there: they are zeros. */
    private long zeroFrom;

    private @Nullable FileImage image;

    StoredFile(FileImage image, DataFiles data, BlockSums blockSums) {
        id = image.id();
        name = image.name();
        length = image.length();
        zeroFrom = image.zeroFrom();
        sums = image.copyOfSums();
        this.image = image;
        this.data = data;
        this.blockSums = blockSums;
        blockBytes = blockSums.blockBytes();
    }

    FileId id() {
        return id;
    }

    FileName name() {
        return name;
    }

    long length() {
        return length;
    }

    int blocks() {
        return blocks(length);
    }

    String description() {
        return data.path(id) + " (" + name + ")";
    }

    /** The file as it is now; copied only if it has changed since the last time. */
    FileImage image() {
        var current = image;
        if (current == null) {
            current = new FileImage(id, name, length, zeroFrom, Arrays.copyOf(sums, blocks()));
            image = current;
        }
        return current;
    }

    /** No reader takes what is missing for damage from now on. */
    void delete() {
        deleted = true;
    }

    void rename(FileName newName) {
        name = newName;
        image = null;
    }

    void write(long offset, ByteBuffer source, boolean redo) {
        var bytes = source.duplicate();
        long end = offset + bytes.remaining();
        synchronized (change) {
            image = null;
            int[] current = grown(Math.max(length, end));
            var part = bytes.duplicate();
            for (long from = offset; from < end; ) {
                long blockEnd = (from / blockBytes + 1) * blockBytes;
                long to = Math.min(end, blockEnd);
                part.limit(bytes.position() + (int) (to - offset));
                updateSum(current, from, to, blockSums.of(part, inBlock(from)), redo);
                from = to;
            }
            data.write(id, offset, bytes);
            sums = current;
            zeroFrom = Math.max(zeroFrom, end);
            length = Math.max(length, end);
        }
    }

    private void updateSum(int[] current, long from, long to, int added, boolean redo) {
        int block = block(from);
        long blockEnd = (block + 1L) * blockBytes;
        if (inBlock(from) == 0 && to >= Math.min(blockEnd, zeroFrom)) {
            current[block] = added;
            unsure.clear(block);
        } else if (from >= zeroFrom) {
            current[block] ^= added;
        } else if (redo) {
            unsure.set(block);
        } else {
            current[block] ^= added ^ onDisk(from, Math.min(to, zeroFrom));
        }
    }

    void truncate(long newLength, boolean redo) {
        synchronized (change) {
            image = null;
            if (newLength >= length) {
                data.zero(id, length, newLength);
                sums = grown(newLength);
            } else {
                int[] current = Arrays.copyOf(sums, blocks(newLength));
                unsure.clear(current.length, Math.max(current.length, unsure.length()));
                if (inBlock(newLength) != 0 && newLength < zeroFrom) {
                    int block = block(newLength);
                    if (redo) {
                        unsure.set(block);
                    } else {
                        current[block] ^= onDisk(newLength, Math.min((block + 1L) * blockBytes, zeroFrom));
                    }
                }
                data.truncate(id, newLength);
                sums = current;
                zeroFrom = Math.min(zeroFrom, newLength);
            }
            length = newLength;
        }
    }

    void fill(long newLength) {
        synchronized (change) {
            image = null;
            data.truncate(id, 0);
            data.zero(id, 0, newLength);
            sums = new int[blocks(newLength)];
            unsure.clear();
            zeroFrom = 0;
            length = newLength;
        }
    }

    /** Redo has passed: disk and table are at the same entry, so what could not be followed is summed from the disk. */
    void redoPassed() {
        synchronized (change) {
            if (unsure.isEmpty()) {
                return;
            }
            image = null;
            int[] current = sums.clone();
            for (int block = unsure.nextSetBit(0); block >= 0; block = unsure.nextSetBit(block + 1)) {
                long start = (long) block * blockBytes;
                current[block] = onDisk(start, Math.min(start + blockBytes, length));
            }
            unsure.clear();
            sums = current;
        }
    }

    /** What the bytes on the disk add to the sum of their block; bytes that are missing count as zeros, so that the sum stays wrong. */
    private int onDisk(long from, long to) {
        var old = ByteBuffer.allocate((int) (to - from));
        try {
            data.read(id, from, old);
        } catch (IOException e) {
            throw new StoreFailure("reading " + description() + " at offset " + from, e);
        }
        return blockSums.of(old.clear(), inBlock(from));
    }

    /** Fills the buffer from the offset; all blocks that it touches are checked. The whole range must be in the file. */
    void read(long offset, ByteBuffer into) {
        if (offset < 0 || offset + into.remaining() > length) {
            throw new IllegalArgumentException("reading " + into.remaining() + " bytes at offset " + offset + " of "
                    + description() + ", which has " + length);
        }
        @Nullable ByteBuffer scratch = null;
        long at = offset;
        while (into.hasRemaining()) {
            int wanted = Math.min(into.remaining(), blockBytes - inBlock(at));
            if (wanted == blockBytes) {
                requirePresent(readBlock(block(at), into.slice(into.position(), wanted)), wanted, at);
            } else {
                scratch = scratch == null ? ByteBuffer.allocate(blockBytes) : scratch;
                requirePresent(readBlock(block(at), scratch), inBlock(at) + wanted, at);
                into.put(into.position(), scratch, inBlock(at), wanted);
            }
            into.position(into.position() + wanted);
            at += wanted;
        }
    }

    private void requirePresent(int present, int needed, long offset) {
        if (present < needed) {
            throw new IllegalStateException(
                    description() + " was cut or deleted while it was read at offset " + offset);
        }
    }

    /**
     * Reads one whole block, or what the file has of it, to the beginning of a buffer of a block's size, and checks it. Answers how
     * many bytes that were: 0 if the block or the whole file is gone by now.
     */
    int readBlock(int block, ByteBuffer into) {
        try {
            int unlocked = readIfIntact(block, into);
            if (unlocked >= 0) {
                return unlocked;
            }
            synchronized (change) {
                if (deleted || block >= blocks()) {
                    return 0;
                }
                int locked = readIfIntact(block, into);
                if (locked < 0) {
                    throw damage(block, "its checksum does not match");
                }
                return locked;
            }
        } catch (IOException e) {
            throw damage(block, "it cannot be read: " + e);
        }
    }

    private int readIfIntact(int block, ByteBuffer into) throws IOException {
        int[] current = sums;
        long start = (long) block * blockBytes;
        int present = (int) Math.min(blockBytes, length - start);
        if (block >= current.length || present <= 0) {
            return -1;
        }
        into.clear().limit(present);
        int read = data.read(id, start, into);
        return read == present && blockSums.of(into.flip(), 0) == current[block] ? present : -1;
    }

    private DamageException damage(int block, String reason) {
        return new DamageException(description(), (long) block * blockBytes, reason);
    }

    private int[] grown(long newLength) {
        int blocks = blocks(newLength);
        return blocks <= sums.length ? sums : Arrays.copyOf(sums, Math.max(blocks, sums.length + sums.length / 2));
    }

    private int blocks(long bytes) {
        return (int) ((bytes + blockBytes - 1) / blockBytes);
    }

    private int block(long offset) {
        return (int) (offset / blockBytes);
    }

    private int inBlock(long offset) {
        return (int) (offset % blockBytes);
    }
}
