/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What one entry of the log says about the files: the term in which the broker that wrote it was activated, its place in that term
 * (from 1), the cluster's clock, and operations in order.
 */
public record Entry(long term, long sequence, long clockMillis, List<FileOperation> operations) {
    /** The largest entry, a little below what the log takes. */
    public static final int BYTES_MAX = (4 << 20) - (64 << 10);
    /** The only version of the encoding so far. */
    public static final byte VERSION = 1;

    static final byte CREATE = 1;
    static final byte WRITE = 2;
    static final byte FILL = 3;
    static final byte TRUNCATE = 4;
    static final byte RENAME = 5;
    static final byte DELETE = 6;

    static final int HEADER_BYTES = 1 + 3 * Long.BYTES + Integer.BYTES;
    static final int OPERATION_BYTES = 1 + Long.BYTES;
    static final int LENGTH_BYTES = OPERATION_BYTES + Long.BYTES;
    static final int WRITE_BYTES = OPERATION_BYTES + Long.BYTES + Integer.BYTES;

    public Entry {
        operations = List.copyOf(operations);
    }

    /** Encodes it alone; the hot path builds its entries by an {@link EntryBuilder}. */
    public ByteBuffer encode() {
        var builder = new EntryBuilder(1024);
        operations.forEach(builder::add);
        return builder.finish(term, sequence, clockMillis);
    }

    /** Reads the remaining bytes without moving the position; the writes share the buffer's memory. */
    public static Entry decode(ByteBuffer encoded) {
        var in = encoded.slice();
        try {
            byte version = in.get();
            if (version != VERSION) {
                throw new FormatException("an entry of version " + version + ", this program knows version " + VERSION
                        + ": start a newer program");
            }
            long term = in.getLong();
            long sequence = in.getLong();
            long clockMillis = in.getLong();
            int count = in.getInt();
            if (count < 0 || count > in.remaining() / OPERATION_BYTES) {
                throw new FormatException("an entry with " + count + " operations in " + in.remaining() + " bytes");
            }
            var operations = new ArrayList<FileOperation>(count);
            for (int i = 0; i < count; i++) {
                operations.add(operation(in));
            }
            if (in.hasRemaining()) {
                throw new FormatException("an entry with " + in.remaining() + " bytes behind its last operation");
            }
            return new Entry(term, sequence, clockMillis, operations);
        } catch (BufferUnderflowException e) {
            throw new FormatException("an entry that ends early, after " + encoded.remaining() + " bytes");
        } catch (IllegalArgumentException e) {
            throw new FormatException("a malformed entry: " + e.getMessage());
        }
    }

    private static FileOperation operation(ByteBuffer in) {
        byte kind = in.get();
        var file = new FileId(in.getLong());
        return switch (kind) {
            case CREATE -> new FileOperation.Create(file, name(in));
            case WRITE -> new FileOperation.Write(file, in.getLong(), bytes(in, in.getInt()));
            case FILL -> new FileOperation.Fill(file, in.getLong());
            case TRUNCATE -> new FileOperation.Truncate(file, in.getLong());
            case RENAME -> new FileOperation.Rename(file, name(in));
            case DELETE -> new FileOperation.Delete(file);
            default -> throw new FormatException("an unknown file operation " + kind + ": start a newer program");
        };
    }

    static FileName name(ByteBuffer in) {
        var text = bytes(in, in.getShort());
        return new FileName(StandardCharsets.UTF_8.decode(text).toString());
    }

    private static ByteBuffer bytes(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        var part = in.slice(in.position(), length);
        in.position(in.position() + length);
        return part;
    }
}
