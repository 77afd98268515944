/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Puts operations into the buffer that becomes one entry of the log: bytes are copied once, into their place in it. A write that
 * continues the one before lengthens that one, so that apply sees one write per contiguous run. Not safe for several threads.
 */
public final class EntryBuilder {
    private ByteBuffer buffer;
    private int operations;
    private int openWriteAt = -1;
    private long openWriteFile;
    private long openWriteEnd;

    public EntryBuilder(int initialBytes) {
        buffer = ByteBuffer.allocate(Math.max(initialBytes, Entry.HEADER_BYTES));
        buffer.position(Entry.HEADER_BYTES);
    }

    /** Encoded size so far. */
    public int size() {
        return buffer.position();
    }

    public boolean isEmpty() {
        return operations == 0;
    }

    /** Whether a write of so many bytes can still be added. */
    public boolean fits(int bytes) {
        return (long) buffer.position() + Entry.WRITE_BYTES + bytes <= Entry.BYTES_MAX;
    }

    /** Copies the remaining bytes; the buffer's position is not moved. Nothing remaining adds nothing. */
    public void write(FileId file, long offset, ByteBuffer bytes) {
        int length = bytes.remaining();
        if (length == 0) {
            return;
        }
        if (openWriteAt >= 0 && openWriteFile == file.value() && openWriteEnd == offset) {
            reserve(length);
            buffer.putInt(openWriteAt, buffer.getInt(openWriteAt) + length);
        } else {
            begin(Entry.WRITE, file, Entry.WRITE_BYTES + length);
            buffer.putLong(offset);
            openWriteAt = buffer.position();
            openWriteFile = file.value();
            buffer.putInt(length);
        }
        buffer.put(buffer.position(), bytes, bytes.position(), length);
        buffer.position(buffer.position() + length);
        openWriteEnd = offset + length;
    }

    public void create(FileId file, FileName name) {
        named(Entry.CREATE, file, name);
    }

    public void fill(FileId file, long length) {
        begin(Entry.FILL, file, Entry.LENGTH_BYTES);
        buffer.putLong(length);
    }

    public void truncate(FileId file, long length) {
        begin(Entry.TRUNCATE, file, Entry.LENGTH_BYTES);
        buffer.putLong(length);
    }

    public void rename(FileId file, FileName name) {
        named(Entry.RENAME, file, name);
    }

    public void delete(FileId file) {
        begin(Entry.DELETE, file, Entry.OPERATION_BYTES);
    }

    public void add(FileOperation operation) {
        operation.encodeTo(this);
    }

    /** The finished entry, from position to limit, sharing the builder's memory: the builder is spent. */
    public ByteBuffer finish(long term, long sequence, long clockMillis) {
        buffer.put(0, Entry.VERSION);
        buffer.putLong(1, term);
        buffer.putLong(9, sequence);
        buffer.putLong(17, clockMillis);
        buffer.putInt(25, operations);
        var finished = buffer.flip();
        buffer = ByteBuffer.allocate(0);
        return finished;
    }

    private void named(byte kind, FileId file, FileName name) {
        byte[] text = name.value().getBytes(StandardCharsets.UTF_8);
        begin(kind, file, Entry.OPERATION_BYTES + Short.BYTES + text.length);
        buffer.putShort((short) text.length);
        buffer.put(text);
    }

    private void begin(byte kind, FileId file, int bytes) {
        reserve(bytes);
        openWriteAt = -1;
        operations++;
        buffer.put(kind);
        buffer.putLong(file.value());
    }

    private void reserve(int bytes) {
        long needed = (long) buffer.position() + bytes;
        if (needed > Entry.BYTES_MAX) {
            throw new IllegalArgumentException("an entry of " + needed + " bytes: allowed are " + Entry.BYTES_MAX);
        }
        if (needed > buffer.capacity()) {
            long doubled = Math.min(Entry.BYTES_MAX, 2L * buffer.capacity());
            var larger = ByteBuffer.allocate((int) Math.max(needed, doubled));
            buffer = larger.put(buffer.flip());
        }
    }
}
