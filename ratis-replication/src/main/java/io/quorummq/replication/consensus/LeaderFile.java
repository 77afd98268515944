/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.FileId;
import io.quorummq.replication.store.FileName;
import io.quorummq.replication.store.FileOperation;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One file as its only writer sees it: its length counts what is in flight, its bytes are read when they have arrived. */
public final class LeaderFile {
    /** For operations whose outcome nobody waits for: a failure fences, which everybody hears. */
    public static final LogCallback UNHEARD = new LogCallback() {
        @Override
        public void committed() {}

        @Override
        public void failed(FencedException reason) {}
    };

    /** More than a log may be silent before it fences itself. */
    private static final long READ_WAIT_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    private static final long OFFER_WAIT_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

    private final LeaderFiles files;
    private final FileId id;
    private final Object confirmation = new Object();
    private final AtomicLong appended = new AtomicLong();
    private volatile FileName name;
    private volatile long length;
    private volatile boolean deleted;
    private long confirmed;
    private @Nullable FencedException failure;

    LeaderFile(LeaderFiles files, FileId id, FileName name, long length) {
        this.files = files;
        this.id = id;
        this.name = name;
        this.length = length;
    }

    FileId id() {
        return id;
    }

    /** Its present name. */
    public FileName name() {
        return name;
    }

    /** Its length when all that is in flight has arrived. */
    public long length() {
        return length;
    }

    /** Whether it was deleted, or replaced by another file of its name. */
    public boolean isDeleted() {
        return deleted;
    }

    /** Writes bytes, which are copied before this returns; the callback hears when all of them are committed. */
    public synchronized void write(long offset, ByteBuffer bytes, LogCallback callback) throws IOException {
        requireLive();
        writeFrom(0, offset, bytes, callback);
    }

    /**
     * Writes bytes that belong to one sender alone: waits only a short time for room.
     *
     * @throws BacklogFullException no room: the file is as it was, and its writer may live without these bytes
     */
    public synchronized void offer(long offset, ByteBuffer bytes, LogCallback callback) throws IOException {
        requireLive();
        var first = part(0, bytes);
        files.offer(
                new FileOperation.Write(id, offset, first),
                tracked(first.remaining() == bytes.remaining() ? callback : UNHEARD),
                OFFER_WAIT_NANOS_MAX);
        wrote(offset + first.remaining());
        if (first.remaining() < bytes.remaining()) {
            writeFrom(first.remaining(), offset, bytes, callback);
        }
    }

    /** What no single operation can hold goes out in several; the commit of the last one implies the others'. */
    private void writeFrom(int start, long offset, ByteBuffer bytes, LogCallback callback) throws FencedException {
        var at = start;
        do {
            var part = part(at, bytes);
            var end = at + part.remaining();
            append(new FileOperation.Write(id, offset + at, part), end == bytes.remaining() ? callback : UNHEARD);
            length = Math.max(length, offset + end);
            at = end;
        } while (at < bytes.remaining());
    }

    private ByteBuffer part(int start, ByteBuffer bytes) {
        return bytes.slice(bytes.position() + start, Math.min(bytes.remaining() - start, files.operationBytesMax()));
    }

    /** Makes it so many zeros. */
    public synchronized void fill(long newLength) throws IOException {
        requireLive();
        append(new FileOperation.Fill(id, newLength), UNHEARD);
        length = newLength;
    }

    /** Cuts it to a length, or extends it with zeros. */
    public synchronized void truncate(long newLength) throws IOException {
        requireLive();
        append(new FileOperation.Truncate(id, newLength), UNHEARD);
        length = newLength;
    }

    /** Gives it another name; a file that had it is deleted. */
    public void rename(FileName newName) throws IOException {
        files.rename(this, newName, UNHEARD);
    }

    /** Deletes it; does nothing if it was deleted before. */
    public void delete() throws IOException {
        files.delete(this);
    }

    /**
     * Fills the buffer with the bytes from an offset, when everything written to the file before is committed. Not to be called by
     * a callback of the log, which it would wait for.
     *
     * @throws FencedException the office is over
     */
    public void read(long offset, ByteBuffer into) throws IOException {
        requireLive();
        awaitConfirmed(appended.get());
        if (into.hasRemaining()) {
            if (offset + into.remaining() > length) {
                throw new EOFException("reading " + into.remaining() + " bytes at offset " + offset + " of " + name
                        + ", which has " + length);
            }
            files.readApplied(this, offset, into);
        }
    }

    private void awaitConfirmed(long count) throws IOException {
        synchronized (confirmation) {
            var deadline = System.nanoTime() + READ_WAIT_NANOS_MAX;
            while (confirmed < count && failure == null) {
                var left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new IOException("the bytes of " + name + " did not arrive within "
                            + TimeUnit.NANOSECONDS.toSeconds(READ_WAIT_NANOS_MAX) + " s");
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(confirmation, left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted while waiting for the bytes of " + name);
                }
            }
            if (failure != null) {
                throw new FencedException(
                        "the bytes of " + name + " were not confirmed: " + failure.getMessage(), failure);
            }
        }
    }

    private void append(FileOperation operation, LogCallback callback) throws FencedException {
        files.append(operation, tracked(callback));
        appended.incrementAndGet();
    }

    private void wrote(long end) {
        appended.incrementAndGet();
        length = Math.max(length, end);
    }

    private LogCallback tracked(LogCallback callback) {
        return new LogCallback() {
            @Override
            public void committed() {
                confirm(null);
                callback.committed();
            }

            @Override
            public void failed(FencedException reason) {
                confirm(reason);
                callback.failed(reason);
            }
        };
    }

    private void confirm(@Nullable FencedException reason) {
        synchronized (confirmation) {
            confirmed++;
            failure = failure == null ? reason : failure;
            confirmation.notifyAll();
        }
    }

    void requireLive() throws NoSuchFileException {
        if (deleted) {
            throw new NoSuchFileException(name.value());
        }
    }

    void renamed(FileName newName) {
        name = newName;
    }

    void deleted() {
        deleted = true;
    }
}
