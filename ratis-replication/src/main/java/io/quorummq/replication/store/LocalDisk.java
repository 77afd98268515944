/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory of the machine's own file system. */
public final class LocalDisk implements Disk {
    private final Path root;

    public LocalDisk(Path root) throws IOException {
        this.root = Files.createDirectories(root.toAbsolutePath().normalize());
    }

    @Override
    public DiskFile open(String path, boolean create) throws IOException {
        var file = at(path);
        if (!create && !Files.exists(file)) {
            throw new FileNotFoundException(path);
        }
        return new LocalFile(file, new RandomAccessFile(file.toFile(), "rw"));
    }

    @Override
    public boolean exists(String path) {
        return Files.exists(at(path));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(at(from), at(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void unlink(String path) throws IOException {
        Files.deleteIfExists(at(path));
    }

    @Override
    public List<String> list(String directory) throws IOException {
        try (Stream<Path> entries = Files.list(at(directory))) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        } catch (NoSuchFileException missing) {
            return List.of();
        }
    }

    @Override
    public void makeDirectory(String directory) throws IOException {
        Files.createDirectories(at(directory));
    }

    @Override
    public void removeDirectory(String directory) throws IOException {
        Files.deleteIfExists(at(directory));
    }

    @Override
    public void fsyncDirectory(String directory) throws IOException {
        boolean interrupted = Thread.interrupted();
        try (var channel = FileChannel.open(at(directory), StandardOpenOption.READ)) {
            channel.force(true);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Path at(String path) {
        var resolved = root.resolve(path).normalize();
        if (!resolved.startsWith(root)) {
            throw new IllegalArgumentException("path \"" + path + "\" leaves " + root);
        }
        return resolved;
    }

    /**
     * A {@link FileChannel} closes itself when a thread that uses it is interrupted, and an fsync must not fail for such a reason. So
     * bytes are written through a {@link RandomAccessFile}, which knows no interrupts; readers, of whom there are many, have a channel of
     * their own, opened anew when that happens.
     */
    private static final class LocalFile implements DiskFile {
        private final Path path;
        private final RandomAccessFile writer;
        private @Nullable FileChannel reader;
        private boolean closed;

        LocalFile(Path path, RandomAccessFile writer) {
            this.path = path;
            this.writer = writer;
        }

        @Override
        public void write(ByteBuffer bytes, long offset) throws IOException {
            int length = bytes.remaining();
            synchronized (writer) {
                writer.seek(offset);
                if (bytes.hasArray()) {
                    writer.write(bytes.array(), bytes.arrayOffset() + bytes.position(), length);
                    bytes.position(bytes.limit());
                } else {
                    var copy = new byte[length];
                    bytes.get(copy);
                    writer.write(copy);
                }
            }
        }

        @Override
        public int read(ByteBuffer into, long offset) throws IOException {
            boolean interrupted = false;
            int start = into.position();
            try {
                while (true) {
                    try {
                        readFully(readChannel(), into, offset - start);
                        return into.position() - start;
                    } catch (ClosedByInterruptException e) {
                        interrupted |= Thread.interrupted();
                    } catch (ClosedChannelException e) {
                        throwIfClosed();
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private static void readFully(FileChannel channel, ByteBuffer into, long base) throws IOException {
            int read = 0;
            while (into.hasRemaining() && read >= 0) {
                read = channel.read(into, base + into.position());
            }
        }

        private synchronized FileChannel readChannel() throws IOException {
            throwIfClosed();
            var channel = reader;
            if (channel == null || !channel.isOpen()) {
                channel = FileChannel.open(path, StandardOpenOption.READ);
                reader = channel;
            }
            return channel;
        }

        private synchronized void throwIfClosed() throws ClosedChannelException {
            if (closed) {
                throw new ClosedChannelException();
            }
        }

        @Override
        public void truncate(long length) throws IOException {
            synchronized (writer) {
                if (length < writer.length()) {
                    writer.setLength(length);
                }
            }
        }

        @Override
        public long size() throws IOException {
            return writer.length();
        }

        @Override
        public void fsync() throws IOException {
            writer.getFD().sync();
        }

        @Override
        public synchronized void close() throws IOException {
            closed = true;
            try {
                writer.close();
            } finally {
                if (reader != null) {
                    reader.close();
                }
            }
        }
    }
}
