/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of zeros that is deleted when the disk gets full. */
public final class ReserveFile implements DiskGuard.Reserve {
    private static final int CHUNK_BYTES = 1 << 20;

    private final Path file;
    private final long bytes;

    public ReserveFile(Path file, long bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    @Override
    public void take() throws IOException {
        if (Files.exists(file) && Files.size(file) == bytes) {
            return;
        }
        var zeros = ByteBuffer.allocate(CHUNK_BYTES);
        try (var channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (var left = bytes; left > 0; ) {
                left -= channel.write(zeros.clear().limit((int) Math.min(left, CHUNK_BYTES)));
            }
            channel.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    @Override
    public void giveUp() throws IOException {
        Files.deleteIfExists(file);
    }
}
