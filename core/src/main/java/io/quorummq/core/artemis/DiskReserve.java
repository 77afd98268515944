/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.activemq.artemis.core.server.files.FileStoreMonitor;
import org.apache.activemq.artemis.core.server.files.FileStoreMonitor.FileStoreMonitorType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that only takes room, given up piece by piece when the disk is full, so that what is under way can be written and
 * consumers go on while senders are refused. It grows back when there is room. Without it, somebody else's file that fills
 * the disk between two looks at the free space would stop the engine at its next write.
 */
final class DiskReserve implements FileStoreMonitor.Callback {
    /** Enough for about a million leases and acknowledgements. */
    private static final long BYTES = 64L << 20;

    private static final int STEP_BYTES = 8 << 20;
    /** With less than this the disk is full, whatever the operating system calls the failure. */
    private static final long FULL_BELOW_BYTES = 1L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(DiskReserve.class);

    private final Path file;
    private final long minDiskFree;
    private volatile @Nullable FileStoreMonitor monitor;
    private boolean isUsed;

    /** A reserve for the disk of this directory, which grows while more than so many bytes stay free beside it. */
    DiskReserve(File directory, long minDiskFree) {
        this.file = directory.toPath().resolve("reserve");
        this.minDiskFree = Math.max(0, minDiskFree);
    }

    /** Has the reserve grow back by this monitor's looks at the disk, and the monitor told at once when the disk is full. */
    void follow(FileStoreMonitor diskMonitor) {
        diskMonitor.addCallback(this);
        monitor = diskMonitor;
    }

    /** Whether the failed write may be tried again because room was made for it. */
    boolean makeRoom(IOException failure) {
        if (!isFull(failure)) {
            return false;
        }
        var hasGiven = giveUp();
        var look = monitor;
        if (look != null) {
            look.tick(); // not under our lock: the monitor calls us under its own
        }
        return hasGiven;
    }

    private synchronized boolean giveUp() {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            var size = channel.size();
            if (size == 0) {
                LOG.error("The disk of {} is full and its reserve is used up", file.getParent());
                return false;
            }
            channel.truncate(Math.max(0, size - STEP_BYTES));
            if (!isUsed) {
                LOG.warn(
                        "The disk of {} is full: living on a reserve of {} MB; senders are refused until there is room",
                        file.getParent(),
                        size >> 20);
            }
            isUsed = true;
            return true;
        } catch (IOException e) {
            LOG.error("The disk is full and its reserve {} cannot be used: {}", file, e.toString());
            return false;
        }
    }

    /** Whether a write failed for want of room. */
    boolean isFull(IOException failure) {
        var text = String.valueOf(failure.getMessage());
        if (text.contains("No space left on device") || text.contains("Disk quota exceeded")) {
            return true;
        }
        try {
            return Files.getFileStore(file.getParent()).getUnallocatedSpace() < FULL_BELOW_BYTES;
        } catch (IOException e) {
            LOG.warn("Cannot tell how full the disk of {} is: {}", file.getParent(), e.toString());
            return false;
        }
    }

    @Override
    public synchronized void tick(long usable, long total, boolean withinLimit, FileStoreMonitorType type) {
        if (!withinLimit) {
            return;
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            var size = channel.size();
            if (size < BYTES && usable - minDiskFree > BYTES - size) {
                grow(channel, size);
            }
        } catch (IOException e) {
            LOG.warn("The reserve {} for a full disk cannot grow: {}", file, e.toString());
        }
    }

    private void grow(FileChannel channel, long size) throws IOException {
        var zeros = ByteBuffer.allocate((int) Math.min(STEP_BYTES, BYTES - size));
        channel.position(size);
        while (zeros.hasRemaining()) {
            channel.write(zeros);
        }
        if (isUsed && channel.size() == BYTES) {
            isUsed = false;
            LOG.info("The disk of {} has room again, and its reserve is whole", file.getParent());
        }
    }
}
