/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.Disk;
import io.quorummq.replication.store.DiskFile;
import io.quorummq.replication.store.LocalDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A real directory under a process that can die at any step: from then on nothing of it reaches the disk, until it lives again. */
final class MortalDisk implements Disk {
    private final LocalDisk disk;
    private volatile boolean dead;
    private volatile Consumer<String> onStep = step -> {};

    MortalDisk(Path directory) throws IOException {
        disk = new LocalDisk(directory);
    }

    /** Told of each step before it is done, as "write path" and the like. */
    void onStep(Consumer<String> listener) {
        onStep = listener;
    }

    void die() {
        dead = true;
    }

    void live() {
        onStep = step -> {};
        dead = false;
    }

    private void step(String step) throws IOException {
        onStep.accept(step);
        if (dead) {
            throw new IOException("the process is dead");
        }
    }

    @Override
    public DiskFile open(String path, boolean create) throws IOException {
        step("open " + path);
        var file = disk.open(path, create);
        return new DiskFile() {
            @Override
            public int read(ByteBuffer into, long offset) throws IOException {
                step("read " + path);
                return file.read(into, offset);
            }

            @Override
            public void write(ByteBuffer bytes, long offset) throws IOException {
                step("write " + path);
                file.write(bytes, offset);
            }

            @Override
            public void truncate(long length) throws IOException {
                step("truncate " + path);
                file.truncate(length);
            }

            @Override
            public long size() throws IOException {
                return file.size();
            }

            @Override
            public void fsync() throws IOException {
                step("fsync " + path);
                file.fsync();
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }

    @Override
    public boolean exists(String path) throws IOException {
        return disk.exists(path);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        step("rename " + from);
        disk.rename(from, to);
        step("renamed " + from);
    }

    @Override
    public void unlink(String path) throws IOException {
        step("unlink " + path);
        disk.unlink(path);
    }

    @Override
    public List<String> list(String directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public void makeDirectory(String directory) throws IOException {
        step("mkdir " + directory);
        disk.makeDirectory(directory);
    }

    @Override
    public void removeDirectory(String directory) throws IOException {
        step("rmdir " + directory);
        disk.removeDirectory(directory);
    }

    @Override
    public void fsyncDirectory(String directory) throws IOException {
        step("fsync " + directory);
        disk.fsyncDirectory(directory);
    }
}
