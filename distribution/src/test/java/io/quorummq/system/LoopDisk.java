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

/** A small disk that can really be filled: an ext4 file system in a file. Needs root. */
final class LoopDisk implements AutoCloseable {
    private static final int MEGABYTE = 1 << 20;

    private final Path mountPoint;

    private LoopDisk(Path mountPoint) {
        this.mountPoint = mountPoint;
    }

    static LoopDisk of(Path directory, int megabytes) throws IOException {
        var image = directory.resolve("disk.image");
        try (var file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength((long) megabytes * MEGABYTE);
        }
        var mountPoint = Files.createDirectory(directory.resolve("disk"));
        run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
        run("mount", "-o", "loop", image.toString(), mountPoint.toString());
        return new LoopDisk(mountPoint);
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

    long filled() throws IOException {
        return Files.size(mountPoint.resolve("filler")) + Files.size(mountPoint.resolve("filler-of-dd"));
    }

    void makeRoom() throws IOException {
        Files.delete(mountPoint.resolve("filler"));
        Files.delete(mountPoint.resolve("filler-of-dd"));
    }

    @Override
    public void close() throws IOException {
        run("umount", mountPoint.toString());
    }

    private static void run(String... words) throws IOException {
        var process = new ProcessBuilder(new ArrayList<>(List.of(words)))
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.onExit().join().exitValue())
                .as("%s: %s", List.of(words), said)
                .isZero();
    }
}
