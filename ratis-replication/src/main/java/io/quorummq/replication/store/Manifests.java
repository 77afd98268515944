/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The manifests on the disk: the newest two, each complete or absent. */
final class Manifests {
    private static final String PREFIX = "manifest-";
    private static final String TEMPORARY = "manifest.tmp";
    private static final int KEPT = 2;

    private final Disk disk;
    private final List<DamageException> damaged = new ArrayList<>();

    Manifests(Disk disk) {
        this.disk = disk;
    }

    static String fileName(LogPosition position) {
        return String.format("%s%020d-%d", PREFIX, position.index(), position.term());
    }

    /** The newest intact one. Damaged ones are passed over and remembered; if there are only damaged ones that is an error. */
    Optional<Manifest> newest() throws IOException {
        for (String name : newestFirst()) {
            try {
                return Optional.of(Manifest.decode(name, read(disk, name)));
            } catch (DamageException e) {
                damaged.add(e);
            }
        }
        if (!damaged.isEmpty()) {
            throw damaged.get(0);
        }
        return Optional.empty();
    }

    /** Manifests that were passed over. */
    List<DamageException> damaged() {
        return List.copyOf(damaged);
    }

    void writeTemporary(ByteBuffer encoded) throws IOException {
        write(disk, TEMPORARY, encoded);
    }

    void putInPlace(LogPosition position) throws IOException {
        disk.rename(TEMPORARY, fileName(position));
        disk.fsyncDirectory("");
    }

    void unlinkOld() throws IOException {
        var names = newestFirst();
        for (String old : names.subList(Math.min(KEPT, names.size()), names.size())) {
            disk.unlink(old);
        }
    }

    void unlinkAll() throws IOException {
        for (String name : newestFirst()) {
            disk.unlink(name);
        }
        disk.fsyncDirectory("");
    }

    /** A whole small file, fsynced; its directory is not. */
    static void write(Disk disk, String path, ByteBuffer bytes) throws IOException {
        try (var file = disk.open(path, true)) {
            file.truncate(0);
            file.write(bytes.duplicate(), 0);
            file.fsync();
        }
    }

    static ByteBuffer read(Disk disk, String path) throws IOException {
        try (var file = disk.open(path, false)) {
            var bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            file.read(bytes, 0);
            return bytes.flip();
        }
    }

    private List<String> newestFirst() throws IOException {
        return disk.list("").stream()
                .filter(name -> name.startsWith(PREFIX))
                .sorted(Comparator.reverseOrder())
                .toList();
    }
}
