/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that forgets like a real one: after a power cut each sector of a file that was not fsynced holds any of the
 * versions written since, and each change of a directory that was not fsynced has happened or not. Counts its steps, so that the
 * power can be cut, or an error injected, at each of them. Directories themselves are never lost. One thread only.
 */
final class SimulatedDisk implements Disk {
    private static final int SECTOR = 8;

    private final Map<String, Inode> now = new HashMap<>();
    private final Map<String, Inode> durable = new HashMap<>();
    private final List<DirectoryChange> pending = new ArrayList<>();
    private final Set<String> directories = new TreeSet<>();
    private long steps;
    private long cutAt = Long.MAX_VALUE;
    private long errorAt = Long.MAX_VALUE;
    private String errorText = "";
    private boolean dead;
    private int fsyncs;

    /** The power is gone; nothing more reaches this disk. */
    static final class PowerCut extends RuntimeException {}

    long steps() {
        return steps;
    }

    int fsyncs() {
        return fsyncs;
    }

    void cutPowerAt(long step) {
        cutAt = step;
    }

    void failAt(long step, String text) {
        errorAt = step;
        errorText = text;
    }

    /** What a start after a power cut finds. */
    SimulatedDisk afterPowerCut(RandomGenerator random) {
        var lost = new HashSet<String>();
        boolean all = random.nextInt(4) == 0;
        for (var change : pending) {
            if (change.touches(lost) || (!all && random.nextBoolean())) {
                lost.addAll(change.paths());
            } else {
                change.applyTo(durable);
            }
        }
        var found = new SimulatedDisk();
        found.directories.addAll(directories);
        durable.forEach((path, inode) -> found.put(path, inode.afterPowerCut(random)));
        return found;
    }

    /** The same bytes on another disk, as an ordinary stop of the process leaves them. */
    SimulatedDisk copy() {
        var copy = new SimulatedDisk();
        copy.directories.addAll(directories);
        now.forEach((path, inode) -> copy.put(path, new Inode(Arrays.copyOf(inode.bytes, inode.length))));
        return copy;
    }

    void flipBit(String path, int offset, int bit) {
        existing(path).flip(offset, bit);
    }

    byte[] bytes(String path) {
        var inode = existing(path);
        return Arrays.copyOf(inode.bytes, inode.length);
    }

    private Inode existing(String path) {
        return Objects.requireNonNull(now.get(path), path);
    }

    private void put(String path, Inode inode) {
        now.put(path, inode);
        durable.put(path, inode);
    }

    @Override
    public DiskFile open(String path, boolean create) throws IOException {
        var inode = now.get(path);
        if (inode == null) {
            if (!create || (!directories.contains(parent(path)) && !parent(path).isEmpty())) {
                throw new FileNotFoundException(path);
            }
            inode = new Inode(new byte[0]);
            now.put(path, inode);
            change(new DirectoryChange(null, path, inode));
        }
        return new OpenFile(inode);
    }

    @Override
    public boolean exists(String path) {
        return now.containsKey(path);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        var inode = now.remove(from);
        if (inode == null) {
            throw new FileNotFoundException(from);
        }
        now.put(to, inode);
        change(new DirectoryChange(from, to, inode));
    }

    @Override
    public void unlink(String path) throws IOException {
        if (now.remove(path) != null) {
            change(new DirectoryChange(path, null, null));
        }
    }

    private void change(DirectoryChange change) throws IOException {
        pending.add(change);
        step();
    }

    @Override
    public List<String> list(String directory) {
        return now.keySet().stream()
                .filter(path -> parent(path).equals(directory))
                .map(path -> path.substring(path.lastIndexOf('/') + 1))
                .sorted()
                .toList();
    }

    @Override
    public void makeDirectory(String directory) {
        directories.add(directory);
    }

    @Override
    public void removeDirectory(String directory) throws IOException {
        if (!list(directory).isEmpty()) {
            throw new IOException(directory + " is not empty");
        }
    }

    @Override
    public void fsyncDirectory(String directory) throws IOException {
        fsyncs++;
        step();
        var needed = new HashSet<String>();
        var reached = new ArrayList<DirectoryChange>();
        for (int i = pending.size() - 1; i >= 0; i--) {
            var change = pending.get(i);
            if (change.touches(needed)
                    || change.paths().stream().anyMatch(path -> parent(path).equals(directory))) {
                needed.addAll(change.paths());
                reached.add(0, change);
            }
        }
        reached.forEach(change -> change.applyTo(durable));
        pending.removeAll(reached);
    }

    private void step() throws IOException {
        if (dead) {
            throw new PowerCut();
        }
        steps++;
        if (steps == cutAt) {
            dead = true;
            throw new PowerCut();
        }
        if (steps == errorAt) {
            throw new IOException(errorText);
        }
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    /** A name that comes, goes or moves; identity counts, not equality. */
    private static final class DirectoryChange {
        private final Set<String> paths = new HashSet<>();
        private final @Nullable String from;
        private final @Nullable String to;
        private final @Nullable Inode inode;

        DirectoryChange(@Nullable String from, @Nullable String to, @Nullable Inode inode) {
            this.from = from;
            this.to = to;
            this.inode = inode;
            for (String path : Arrays.asList(from, to)) {
                if (path != null) {
                    paths.add(path);
                }
            }
        }

        Set<String> paths() {
            return paths;
        }

        boolean touches(Set<String> others) {
            return paths.stream().anyMatch(others::contains);
        }

        void applyTo(Map<String, Inode> names) {
            if (from != null) {
                names.remove(from);
            }
            if (to != null && inode != null) {
                names.put(to, inode);
            }
        }
    }

    /** A write, or with no bytes a cut. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Change(int offset, byte[] bytes, boolean cut) {}

    /** The bytes of a file, apart from its names. */
    private static final class Inode {
        private byte[] bytes;
        private int length;
        private byte[] synced;
        private final List<Change> unsynced = new ArrayList<>();

        Inode(byte[] content) {
            bytes = content;
            length = content.length;
            synced = content.clone();
        }

        void apply(Change change) {
            if (change.cut()) {
                if (change.offset() < length) {
                    Arrays.fill(bytes, change.offset(), length, (byte) 0);
                    length = change.offset();
                }
                return;
            }
            int end = change.offset() + change.bytes().length;
            if (end > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
            }
            System.arraycopy(change.bytes(), 0, bytes, change.offset(), change.bytes().length);
            length = Math.max(length, end);
        }

        void change(Change change) {
            apply(change);
            unsynced.add(change);
        }

        void sync() {
            synced = Arrays.copyOf(bytes, length);
            unsynced.clear();
        }

        void flip(int offset, int bit) {
            bytes[offset] ^= (byte) (1 << bit);
            sync();
        }

        Inode afterPowerCut(RandomGenerator random) {
            int kept = unsynced.size();
            return switch (random.nextInt(3)) {
                case 0 -> new Inode(synced.clone());
                case 1 -> upTo(random.nextInt(kept + 1));
                default -> torn(random, kept);
            };
        }

        private Inode upTo(int changes) {
            var version = new Inode(synced.clone());
            unsynced.subList(0, changes).forEach(version::apply);
            return new Inode(Arrays.copyOf(version.bytes, version.length));
        }

        /** The length of one version, and each sector from any. */
        private Inode torn(RandomGenerator random, int changes) {
            var result = new byte[upTo(random.nextInt(changes + 1)).length];
            var version = new Inode(synced.clone());
            int sectors = (result.length + SECTOR - 1) / SECTOR;
            var chosen = new int[sectors];
            Arrays.setAll(chosen, sector -> random.nextInt(changes + 1));
            for (int count = 0; count <= changes; count++) {
                if (count > 0) {
                    version.apply(unsynced.get(count - 1));
                }
                for (int sector = 0; sector < sectors; sector++) {
                    int from = sector * SECTOR;
                    int to = Math.min(Math.min(from + SECTOR, result.length), version.length);
                    if (chosen[sector] == count && to > from) {
                        System.arraycopy(version.bytes, from, result, from, to - from);
                    }
                }
            }
            return new Inode(result);
        }
    }

    private final class OpenFile implements DiskFile {
        private final Inode inode;

        OpenFile(Inode inode) {
            this.inode = inode;
        }

        @Override
        public void write(ByteBuffer bytes, long offset) throws IOException {
            var copy = new byte[bytes.remaining()];
            bytes.get(copy);
            inode.change(new Change((int) offset, copy, false));
            step();
        }

        @Override
        public int read(ByteBuffer into, long offset) {
            int count = (int) Math.max(0, Math.min(into.remaining(), inode.length - offset));
            into.put(inode.bytes, (int) Math.min(offset, inode.length), count);
            return count;
        }

        @Override
        public void truncate(long length) throws IOException {
            inode.change(new Change((int) length, new byte[0], true));
            step();
        }

        @Override
        public long size() {
            return inode.length;
        }

        @Override
        public void fsync() throws IOException {
            fsyncs++;
            step();
            inode.sync();
        }

        @Override
        public void close() {
            // nothing to give back
        }
    }
}
