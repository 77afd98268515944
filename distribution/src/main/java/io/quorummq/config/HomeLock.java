/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.quorummq.core.ConfigurationException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The right to be the one process that runs a home; ends with the process, however it ends. */
public final class HomeLock implements AutoCloseable {
    private final FileChannel channel;

    private HomeLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Refuses a home that another process runs. */
    public static HomeLock of(Home home) {
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    home.lock(), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new ConfigurationException("cannot open " + home.lock() + ": " + e, e);
        }
        try {
            var lock = tryLock(channel);
            if (lock == null) {
                var holder = text(channel);
                throw new ConfigurationException("the home " + home.directory() + " is in use by another node"
                        + (holder.isEmpty() ? "" : " (process " + holder + ")")
                        + ": stop that one, or name another directory by --home");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(US_ASCII)), 0);
            return new HomeLock(channel);
        } catch (IOException e) {
            throw closing(channel, new ConfigurationException("cannot lock " + home.lock() + ": " + e, e));
        } catch (ConfigurationException e) {
            throw closing(channel, e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private static String text(FileChannel channel) throws IOException {
        var bytes = ByteBuffer.allocate(20);
        channel.read(bytes, 0);
        return US_ASCII.decode(bytes.flip()).toString().strip();
    }

    private static ConfigurationException closing(FileChannel channel, ConfigurationException why) {
        try {
            channel.close();
        } catch (IOException e) {
            why.addSuppressed(e);
        }
        return why;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("the lock of the home cannot be given back: " + e, e);
        }
    }
}
