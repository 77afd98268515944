/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The whole state of a replica at one entry of the log, the bytes of the files aside. Redo up to {@code redoUntil} has to pass
 * before the files are what the table says: more than 0 only where the files were copied from a giver that went on meanwhile.
 */
record Manifest(
        LogPosition position,
        long redoUntil,
        int blockBytes,
        FileId nextId,
        Fence fence,
        long clockMillis,
        SortedMap<String, ByteBuffer> labels,
        List<FileImage> files) {
    static final int VERSION = 1;

    private static final int MAGIC = 0x514d5153;
    private static final int FIXED_BYTES = 2 * Integer.BYTES + 3 * Long.BYTES + Integer.BYTES;
    private static final int TRAILER_BYTES = Integer.BYTES;

    Manifest {
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
        files = List.copyOf(files);
    }

    Manifest withRedoUntil(long index) {
        return new Manifest(position, index, blockBytes, nextId, fence, clockMillis, labels, files);
    }

    ByteBuffer encode() {
        var out = ByteBuffer.allocate(FIXED_BYTES + stateBytes() + TRAILER_BYTES);
        out.putInt(MAGIC).putInt(VERSION);
        out.putLong(position.term())
                .putLong(position.index())
                .putLong(redoUntil)
                .putInt(blockBytes);
        putState(out);
        out.putInt(crc(out.duplicate().flip()));
        return out.flip();
    }

    /** Equal on all replicas at the same entry if, and only if, their tables are. */
    byte[] hash() {
        var state = ByteBuffer.allocate(stateBytes());
        putState(state);
        try {
            return MessageDigest.getInstance("SHA-256").digest(state.array());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private int stateBytes() {
        long bytes = 4 * Long.BYTES + 1 + 2 * Integer.BYTES;
        for (var label : labels.entrySet()) {
            bytes += 2 * Integer.BYTES
                    + utf8(label.getKey()).length
                    + label.getValue().remaining();
        }
        for (var file : files) {
            bytes += 3 * Long.BYTES + Short.BYTES + utf8(file.name().value()).length + 4L * file.blocks();
        }
        return Math.toIntExact(bytes);
    }

    private void putState(ByteBuffer out) {
        out.putLong(nextId.value());
        out.putLong(fence.term()).putLong(fence.sequence()).put((byte) (fence.closed() ? 1 : 0));
        out.putLong(clockMillis);
        out.putInt(labels.size());
        labels.forEach((key, value) -> {
            byte[] text = utf8(key);
            out.putInt(text.length).put(text);
            out.putInt(value.remaining()).put(value.duplicate());
        });
        out.putInt(files.size());
        for (var file : files) {
            byte[] name = utf8(file.name().value());
            out.putLong(file.id().value()).putLong(file.length()).putLong(file.zeroFrom());
            out.putShort((short) name.length).put(name);
            for (int block = 0; block < file.blocks(); block++) {
                out.putInt(file.sum(block));
            }
        }
    }

    /** Reads the remaining bytes. What is damaged is a {@link DamageException}, an unknown version a {@link FormatException}; both name the source. */
    static Manifest decode(String source, ByteBuffer encoded) {
        var in = encoded.slice();
        if (in.remaining() < FIXED_BYTES + TRAILER_BYTES || in.getInt() != MAGIC) {
            throw new DamageException(source, 0, "it is no manifest");
        }
        int version = in.getInt();
        int body = in.limit() - TRAILER_BYTES;
        if (in.getInt(body) != crc(in.duplicate().position(0).limit(body))) {
            throw new DamageException(source, 0, "its checksum does not match");
        }
        if (version != VERSION) {
            throw new FormatException(source + " has version " + version + ", this program knows version " + VERSION
                    + ": start a newer program");
        }
        return state(in);
    }

    private static Manifest state(ByteBuffer in) {
        var position = new LogPosition(in.getLong(), in.getLong());
        long redoUntil = in.getLong();
        int blockBytes = in.getInt();
        var nextId = new FileId(in.getLong());
        var open = new Fence.Open(in.getLong(), in.getLong());
        var fence = in.get() == 0 ? open : open.close();
        long clockMillis = in.getLong();
        var labels = new TreeMap<String, ByteBuffer>();
        for (int left = in.getInt(); left > 0; left--) {
            var key = StandardCharsets.UTF_8.decode(bytes(in, in.getInt())).toString();
            labels.put(key, bytes(in, in.getInt()));
        }
        var files = new ArrayList<FileImage>();
        for (int left = in.getInt(); left > 0; left--) {
            files.add(file(in, blockBytes));
        }
        return new Manifest(position, redoUntil, blockBytes, nextId, fence, clockMillis, labels, files);
    }

    private static FileImage file(ByteBuffer in, int blockBytes) {
        var id = new FileId(in.getLong());
        long length = in.getLong();
        long zeroFrom = in.getLong();
        var name = Entry.name(in);
        var sums = new int[(int) ((length + blockBytes - 1) / blockBytes)];
        for (int block = 0; block < sums.length; block++) {
            sums[block] = in.getInt();
        }
        return new FileImage(id, name, length, zeroFrom, sums);
    }

    private static ByteBuffer bytes(ByteBuffer in, int length) {
        var part = in.slice(in.position(), length).asReadOnlyBuffer();
        in.position(in.position() + length);
        return part;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int crc(ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
