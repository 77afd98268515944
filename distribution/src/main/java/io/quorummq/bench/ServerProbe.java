/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Looks at what a server on this machine holds.
 *
 * @param pids its processes
 * @param directories its data directories
 * @param heap whether the processes' Java heaps are collected and measured
 */
record ServerProbe(List<Long> pids, List<Path> directories, boolean heap) {
    ServerProbe {
        pids = List.copyOf(pids);
        directories = List.copyOf(directories);
    }

    /** What the server holds now; empty when nothing but CPU was asked for. Collecting the heaps stops the server. */
    Optional<ServerState> look() throws IOException, InterruptedException {
        if (!heap && directories.isEmpty()) {
            return Optional.empty();
        }
        var heapBytes = OptionalLong.empty();
        if (heap) {
            long sum = 0;
            for (long pid : pids) {
                sum += new JavaHeap(pid).liveBytes();
            }
            heapBytes = OptionalLong.of(sum);
        }
        return Optional.of(
                new ServerState(heapBytes, diskBytes(), ProcessUsage.of(pids).residentKilobytes()));
    }

    private OptionalLong diskBytes() throws IOException {
        if (directories.isEmpty()) {
            return OptionalLong.empty();
        }
        var sizes = new Sizes();
        for (var directory : directories) {
            Files.walkFileTree(directory, sizes);
        }
        return OptionalLong.of(sizes.bytes);
    }

    /** Adds up files; one that the server deletes meanwhile counts nothing. */
    private static final class Sizes extends SimpleFileVisitor<Path> {
        private long bytes;

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes += attributes.isRegularFile() ? attributes.size() : 0;
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
            if (failure == null || failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }
    }
}
