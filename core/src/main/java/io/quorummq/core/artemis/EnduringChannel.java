/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.function.Predicate;

/** A file's channel whose writes are whole or fail: a full disk cuts a plain one short without an exception. */
final class EnduringChannel extends FileChannel {
    private final FileChannel file;
    private final Predicate<IOException> makesRoom;

    /** Tries a failed write again as long as room is made. */
    EnduringChannel(FileChannel file, Predicate<IOException> makesRoom) {
        this.file = file;
        this.makesRoom = makesRoom;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        var length = source.remaining();
        while (source.hasRemaining()) {
            try {
                file.write(source);
            } catch (IOException e) {
                if (!makesRoom.test(e)) {
                    throw e;
                }
            }
        }
        return length;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        var length = source.remaining();
        while (source.hasRemaining()) {
            try {
                file.write(source, position + length - source.remaining());
            } catch (IOException e) {
                if (!makesRoom.test(e)) {
                    throw e;
                }
            }
        }
        return length;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        var written = 0L;
        for (int i = offset; i < offset + length; i++) {
            written += write(sources[i]);
        }
        return written;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return file.read(target);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return file.read(target, position);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        return file.read(targets, offset, length);
    }

    @Override
    public long position() throws IOException {
        return file.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        file.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        file.truncate(size);
        return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        file.force(metaData);
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        return file.transferTo(position, count, target);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
        return file.transferFrom(source, position, count);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
        return file.map(mode, position, size);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        return file.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }
}
