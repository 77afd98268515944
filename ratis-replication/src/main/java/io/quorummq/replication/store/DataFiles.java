/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files that hold the bytes, one per id, with a bounded number of them open. Every error of the disk becomes a {@link StoreFailure}. */
final class DataFiles implements AutoCloseable {
    static final String DIRECTORY = "data";

    private static final ByteBuffer ZEROS = ByteBuffer.allocate(1 << 20);

    private final Disk disk;
    private final String directory;
    private final int openMax;
    private boolean closed;
    private final Map<FileId, Handle> handles = new LinkedHashMap<>(64, 0.75f, true);

    DataFiles(Disk disk, String directory, int openMax) {
        this.disk = disk;
        this.directory = directory;
        this.openMax = openMax;
    }

    String path(FileId file) {
        return directory + "/" + file;
    }

    /** Makes it empty, whatever was there. */
    void create(FileId file) {
        use(file, open -> {
            if (open.size() > 0) {
                open.truncate(0);
            }
        });
    }

    /** Moves the buffer's position. A missing file is created: a redo from an old manifest meets files that were unlinked since. */
    void write(FileId file, long offset, ByteBuffer bytes) {
        use(file, open -> open.write(bytes, offset));
    }

    /** Writes zeros, so that the disk gives the space now and not in the middle of a later write. */
    void zero(FileId file, long from, long to) {
        use(file, open -> {
            for (long at = from; at < to; ) {
                int length = (int) Math.min(to - at, ZEROS.capacity());
                open.write(ZEROS.duplicate().limit(length), at);
                at += length;
            }
        });
    }

    void truncate(FileId file, long length) {
        use(file, open -> open.truncate(length));
    }

    /** Reads until the buffer is full or the file ends; a missing file is as one of length 0. Fails with the disk's own error: a reader's trouble is damage, not the end of the replica. */
    int read(FileId file, long offset, ByteBuffer into) throws IOException {
        var handle = acquireExisting(file);
        if (handle == null) {
            return 0;
        }
        try {
            return handle.file.read(into, offset);
        } finally {
            release(handle);
        }
    }

    long size(FileId file) throws IOException {
        var handle = acquireExisting(file);
        if (handle == null) {
            return 0;
        }
        try {
            return handle.file.size();
        } finally {
            release(handle);
        }
    }

    void fsync(FileId file) {
        use(file, DiskFile::fsync);
    }

    void unlink(FileId file) {
        try {
            forget(file);
            disk.unlink(path(file));
        } catch (IOException e) {
            throw new StoreFailure("unlink of " + path(file), e);
        }
    }

    /** Files in use are closed by their last user. */
    @Override
    public synchronized void close() {
        closed = true;
        try {
            for (var file : List.copyOf(handles.keySet())) {
                forget(file);
            }
        } catch (IOException e) {
            throw new StoreFailure("closing the files of " + directory, e);
        }
    }

    private void use(FileId file, Action action) {
        try {
            var handle = acquire(file, true);
            try {
                action.on(handle.file);
            } finally {
                release(handle);
            }
        } catch (IOException e) {
            throw new StoreFailure("writing " + path(file), e);
        }
    }

    private synchronized @Nullable Handle acquireExisting(FileId file) throws IOException {
        try {
            return acquire(file, false);
        } catch (FileNotFoundException missing) {
            return null;
        }
    }

    private synchronized Handle acquire(FileId file, boolean create) throws IOException {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
        var handle = handles.get(file);
        if (handle == null) {
            closeIdle();
            handle = new Handle(disk.open(path(file), create));
            handles.put(file, handle);
        }
        handle.users++;
        return handle;
    }

    private void closeIdle() throws IOException {
        var oldestFirst = handles.values().iterator();
        while (handles.size() >= openMax && oldestFirst.hasNext()) {
            var handle = oldestFirst.next();
            if (handle.users == 0) {
                oldestFirst.remove();
                handle.file.close();
            }
        }
    }

    private synchronized void release(Handle handle) throws IOException {
        handle.users--;
        if (handle.forgotten && handle.users == 0) {
            handle.file.close();
        }
    }

    private synchronized void forget(FileId file) throws IOException {
        var handle = handles.remove(file);
        if (handle != null) {
            handle.forgotten = true;
            if (handle.users == 0) {
                handle.file.close();
            }
        }
    }

    private interface Action {
        void on(DiskFile file) throws IOException;
    }

    private static final class Handle {
        private final DiskFile file;
        private int users;
        private boolean forgotten;

        Handle(DiskFile file) {
            this.file = file;
        }
    }
}
