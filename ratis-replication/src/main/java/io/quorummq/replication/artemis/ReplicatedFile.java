/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import io.quorummq.replication.artemis.ReplicatedFiles.Writing;
import io.quorummq.replication.consensus.FencedException;
import io.quorummq.replication.consensus.LeaderFile;
import io.quorummq.replication.consensus.LogCallback;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.api.core.ActiveMQBuffers;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.core.io.DummyCallback;
import org.apache.activemq.artemis.core.io.IOCallback;
import org.apache.activemq.artemis.core.io.SequentialFile;
import org.apache.activemq.artemis.core.io.buffer.TimedBuffer;
import org.apache.activemq.artemis.core.journal.EncodingSupport;
import org.apache.activemq.artemis.core.journal.impl.SimpleWaitIOCallback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A handle on one replicated file, as Artemis uses it. Bytes are copied before a write returns, since Artemis uses its buffers again.
 *
 * <p>The {@code sync} of a write without a callback does not wait: all files share one ordered log, so the records that somebody
 * waits for are committed only after everything that was written before them, to any file.
 */
final class ReplicatedFile implements SequentialFile {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedFile.class);
    private static final int COPY_BYTES = 256 << 10;

    private final ReplicatedFiles directory;
    private String name;
    private @Nullable LeaderFile file;
    private long position;

    ReplicatedFile(ReplicatedFiles directory, String name) {
        this.directory = directory;
        this.name = name;
    }

    @Override
    public synchronized boolean isOpen() {
        return file != null;
    }

    @Override
    public synchronized boolean exists() {
        return directory.find(name).isPresent();
    }

    @Override
    public void open() throws IOException {
        open(1, false);
    }

    @Override
    public synchronized void open(int maxIO, boolean useExecutor) throws IOException {
        try {
            file = directory.findOrCreate(name);
            position = 0;
        } catch (IOException e) {
            throw reported(e);
        }
    }

    @Override
    public synchronized void close() {
        file = null;
    }

    @Override
    public synchronized boolean fits(int size) {
        return file != null && position + size <= file.length();
    }

    @Override
    public int calculateBlockStart(int offset) {
        return offset;
    }

    @Override
    public synchronized String getFileName() {
        return name;
    }

    @Override
    public synchronized void fill(int size) throws IOException {
        try {
            required().fill(size);
            position = 0;
        } catch (IOException e) {
            throw reported(e);
        }
    }

    /** After the end of the office it is left to the next one, which finds the file without an owner. */
    @Override
    public synchronized void delete() throws IOException {
        file = null;
        try {
            var found = directory.find(name);
            if (found.isPresent()) {
                found.get().delete();
            }
        } catch (FencedException e) {
            LOG.debug("{} is not deleted", name, e);
        }
    }

    @Override
    public void write(ActiveMQBuffer bytes, boolean sync, IOCallback callback) {
        var copy = ByteBuffer.allocate(bytes.readableBytes());
        bytes.getBytes(bytes.readerIndex(), copy);
        writeDirect(copy.flip(), sync, callback);
    }

    @Override
    public void write(ActiveMQBuffer bytes, boolean sync) throws Exception {
        var confirmation = new SimpleWaitIOCallback();
        write(bytes, sync, sync ? confirmation : DummyCallback.getInstance());
        if (sync) {
            confirmation.waitCompletion();
        }
    }

    @Override
    public void write(EncodingSupport bytes, boolean sync, IOCallback callback) {
        var size = bytes.getEncodeSize();
        var encoded = ByteBuffer.allocate(size);
        bytes.encode(ActiveMQBuffers.wrappedBuffer(encoded));
        writeDirect(encoded.clear(), sync, callback);
    }

    @Override
    public void write(EncodingSupport bytes, boolean sync) throws Exception {
        var confirmation = new SimpleWaitIOCallback();
        write(bytes, sync, sync ? confirmation : DummyCallback.getInstance());
        if (sync) {
            confirmation.waitCompletion();
        }
    }

    /** Never throws: a failure is the callback's. */
    @Override
    public void writeDirect(ByteBuffer bytes, boolean sync, IOCallback callback) {
        try {
            put(bytes, new Confirmation(callback));
        } catch (IOException e) {
            directory.onIOError(e, name);
            Confirmation.fail(callback, e);
        }
    }

    @Override
    public void writeDirect(ByteBuffer bytes, boolean sync) throws IOException {
        try {
            put(bytes, LeaderFile.UNHEARD);
        } catch (IOException e) {
            throw reported(e);
        }
    }

    @Override
    public void blockingWriteDirect(ByteBuffer bytes, boolean sync, boolean releaseBuffer) throws IOException {
        writeDirect(bytes, sync);
    }

    private synchronized void put(ByteBuffer bytes, LogCallback callback) throws IOException {
        var size = bytes.remaining();
        if (directory.writing() == Writing.ESSENTIAL) {
            required().write(position, bytes, callback);
        } else {
            required().offer(position, bytes, callback);
        }
        position += size;
        bytes.position(bytes.limit());
    }

    @Override
    public int read(ByteBuffer bytes) throws IOException {
        return read(bytes, null);
    }

    @Override
    public synchronized int read(ByteBuffer bytes, @Nullable IOCallback callback) throws IOException {
        try {
            var read = fill(bytes);
            if (callback != null) {
                callback.done();
            }
            bytes.flip();
            return read;
        } catch (IOException e) {
            if (callback != null) {
                Confirmation.fail(callback, e);
            }
            throw reported(e);
        }
    }

    private int fill(ByteBuffer bytes) throws IOException {
        var source = required();
        var available = Math.min(bytes.remaining(), source.length() - position);
        if (available <= 0) {
            return bytes.hasRemaining() ? -1 : 0;
        }
        var count = (int) available;
        source.read(position, bytes.slice(bytes.position(), count));
        bytes.position(bytes.position() + count);
        position += count;
        return count;
    }

    @Override
    public synchronized ByteBuffer map(int from, long size) throws IOException {
        var bytes = ByteBuffer.allocate(Math.toIntExact(size));
        required().read(from, bytes);
        return bytes.flip();
    }

    @Override
    public synchronized void position(long newPosition) {
        position = newPosition;
    }

    @Override
    public synchronized long position() {
        return position;
    }

    /** The bytes of one sender are followed by the record that the sender's answer waits for. */
    @Override
    public void sync() throws IOException {
        if (directory.writing() == Writing.ESSENTIAL) {
            directory.sync();
        }
    }

    @Override
    public synchronized long size() {
        return file != null
                ? file.length()
                : directory.find(name).map(LeaderFile::length).orElse(0L);
    }

    @Override
    public synchronized void renameTo(String newName) throws IOException {
        file = null;
        try {
            directory
                    .find(name)
                    .orElseThrow(
                            () -> new NoSuchFileException(directory.name(name).value()))
                    .rename(directory.name(newName));
            name = newName;
        } catch (IOException e) {
            throw reported(e);
        }
    }

    @Override
    public synchronized SequentialFile cloneFile() {
        return new ReplicatedFile(directory, name);
    }

    /** Appends its bytes to the other file. */
    @Override
    public void copyTo(SequentialFile target) throws Exception {
        var source = cloneFile();
        source.open();
        target.open();
        target.position(target.size());
        var bytes = ByteBuffer.allocate(COPY_BYTES);
        while (source.read(bytes.clear()) > 0) {
            target.writeDirect(bytes, false);
        }
        target.close();
        source.close();
    }

    @Override
    public void setTimedBuffer(@Nullable TimedBuffer buffer) {}

    @Override
    public synchronized File getJavaFile() {
        return new File(directory.getDirectory(), name);
    }

    @Override
    public synchronized String toString() {
        return directory.name(name).value();
    }

    private LeaderFile required() throws ClosedChannelException {
        if (file == null) {
            throw new ClosedChannelException();
        }
        return file;
    }

    private synchronized IOException reported(IOException failure) {
        if (!(failure instanceof ClosedChannelException) && directory.writing() == Writing.ESSENTIAL) {
            directory.onIOError(failure, name);
        }
        return failure;
    }

    /** Tells Artemis what became of a write. */
    private record Confirmation(IOCallback callback) implements LogCallback {
        @Override
        public void committed() {
            callback.done();
        }

        @Override
        public void failed(FencedException reason) {
            fail(callback, reason);
        }

        static void fail(IOCallback callback, IOException reason) {
            callback.onError(ActiveMQExceptionType.IO_ERROR.getCode(), String.valueOf(reason.getMessage()));
        }
    }
}
