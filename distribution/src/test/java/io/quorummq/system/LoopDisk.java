/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A small disk that can really be filled: an ext4 file system in a file. Needs root. */
final class LoopDisk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoopDisk.class);
    private static final int MEGABYTE = 1 << 20;

    private final Path image;
    private final Path mountPoint;

    private LoopDisk(Path image, Path mountPoint) throws IOException {
        this.image = image;
        this.mountPoint = mountPoint;
        mount();
    }

    /** Says loudly what it means if it cannot; in CI it must, and whoever asks then fails. */
    static boolean canBeMounted() {
        var isRoot = "root".equals(System.getProperty("user.name")) && Files.isWritable(Path.of("/dev/loop-control"));
        if (!isRoot && !"true".equals(System.getenv("CI"))) {
            LOG.error("*** A fault test is SKIPPED: mounting a disk needs root and /dev/loop-control ***");
            return false;
        }
        return true;
    }

    static LoopDisk of(Path directory, int megabytes) throws IOException {
        var image = directory.resolve("disk.image");
        try (var file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength((long) megabytes * MEGABYTE);
        }
        var mountPoint = Files.createDirectory(directory.resolve("disk"));
        run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
        return new LoopDisk(image, mountPoint);
    }

    private void mount() throws IOException {
        run("mount", "-o", "loop,errors=remount-ro", image.toString(), mountPoint.toString());
    }

    /** As if the disk broke: from now on every write fails. */
    void fail() throws IOException {
        var device = Path.of(
                run("findmnt", "-n", "-o", "SOURCE", mountPoint.toString()).trim());
        Files.writeString(Path.of("/sys/fs/ext4/" + device.getFileName() + "/trigger_fs_error"), "as a test wants it");
    }

    /** Replaces the broken disk by one with the same content; nobody may have a file open there. */
    void repair() throws IOException {
        run("umount", mountPoint.toString());
        mount();
    }

    Path path() {
        return mountPoint;
    }

    /** Leaves not one byte: big pieces first, then small ones, then a second file by another program. */
    void fill() throws Exception {
        for (int piece : new int[] {MEGABYTE, 512}) {
            try (var filler = FileChannel.open(
                    mountPoint.resolve("filler"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.APPEND)) {
                while (true) {
                    filler.write(ByteBuffer.allocate(piece));
                }
            } catch (IOException full) {
                assertThat(full).hasMessageContaining("No space left");
            }
        }
        var dd = new ProcessBuilder("dd", "if=/dev/zero", "of=" + mountPoint.resolve("filler-of-dd"), "bs=4k")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(dd.waitFor()).isNotZero();
    }

    /** Leaves about this many bytes. */
    void fillUntil(long freeBytes) throws IOException {
        try (var filler = FileChannel.open(
                mountPoint.resolve("filler"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND)) {
            while (mountPoint.toFile().getUsableSpace() > freeBytes) {
                filler.write(ByteBuffer.allocate(MEGABYTE));
            }
        }
    }

    long filled() throws IOException {
        return Files.size(mountPoint.resolve("filler")) + Files.size(mountPoint.resolve("filler-of-dd"));
    }

    void makeRoom() throws IOException {
        Files.deleteIfExists(mountPoint.resolve("filler"));
        Files.deleteIfExists(mountPoint.resolve("filler-of-dd"));
    }

    @Override
    public void close() throws IOException {
        run("umount", mountPoint.toString());
    }

    private static String run(String... words) throws IOException {
        var process = new ProcessBuilder(new ArrayList<>(List.of(words)))
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.onExit().join().exitValue())
                .as("%s: %s", List.of(words), said)
                .isZero();
        return said;
    }
}
