/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.replication.consensus.CloseTimeoutException;
import io.quorummq.replication.consensus.DiskActions;
import io.quorummq.replication.consensus.DiskGuard;
import io.quorummq.replication.consensus.Halt;
import io.quorummq.replication.consensus.RaftNode;
import io.quorummq.replication.consensus.ReserveFile;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.PeerPort;
import io.quorummq.replication.peer.StandalonePort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the room on this node's disk, often, since a disk can fill up in a moment. A write that met the end of the disk all the same
 * closes the node's part in the cluster like a disk that is about to be full; any other failure ends the process.
 */
final class DiskWatch implements DiskGuard.Actions, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);
    private static final int PERIOD_MILLIS = 100;
    private static final int RESERVE_SHARE = 4;
    private static final String NO_SPACE = "No space left on device";

    private final PeerPort port;
    private final NodeAddress address;
    private final Halt process;
    private final DiskActions actions;
    private final DiskGuard guard;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        var thread = new Thread(work, "disk-watch");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Optional<String> trouble = Optional.empty();
    private @Nullable StandalonePort standalone;

    /** @param minFreeBytes below this sends are refused; below half of it this node takes no part */
    DiskWatch(RaftNode node, PeerPort port, NodeAddress address, Path data, long minFreeBytes, Halt process) {
        this.process = process;
        this.port = port;
        this.address = address;
        actions = new DiskActions(node, reason -> {});
        var reserve = minFreeBytes / RESERVE_SHARE;
        guard = new DiskGuard(
                () -> data.toFile().getUsableSpace(),
                new DiskGuard.Levels(minFreeBytes, minFreeBytes / 2, reserve),
                new ReserveFile(data.resolve("reserve"), reserve),
                this);
    }

    void start() {
        var unused = timer.scheduleWithFixedDelay(guard::tick, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** What is wrong with the disk, in words. */
    Optional<String> trouble() {
        return trouble;
    }

    /** What a failed write of log or files means; to be asked by whoever would end the process. */
    static boolean isFull(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            var message = cause.getMessage();
            if (cause instanceof IOException && message != null && message.contains(NO_SPACE)) {
                return !isFsync(cause);
            }
        }
        return false;
    }

    /** After a failed fsync nobody knows what is on the disk: that is a failure, whatever its reason. */
    private static boolean isFsync(Throwable failure) {
        return Arrays.stream(failure.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().startsWith("force"));
    }

    /** Takes a full disk for what it is, and all else as it was meant. */
    static Halt halting(Halt process, Runnable onFull) {
        return (exitCode, reason, cause) -> {
            if (isFull(cause)) {
                LOG.error("The disk is full: {}", reason);
                onFull.run();
            } else {
                process.halt(exitCode, reason, cause);
            }
        };
    }

    /** A write has met the end of the disk. */
    void full() {
        timer.execute(guard::full);
    }

    @Override
    public void refuseSends(String reason) {
        trouble = Optional.of(reason + ": sends are refused");
    }

    @Override
    public void allowSends() {
        trouble = Optional.empty();
    }

    @Override
    public void makeRoom() throws Exception {
        actions.makeRoom();
    }

    @Override
    public void close(String reason) throws Exception {
        trouble = Optional.of("closed, " + reason);
        try {
            actions.close(reason);
        } catch (CloseTimeoutException stuck) {
            process.halt(
                    Halt.LOG_FAILED, "this node's part in the cluster does not close: " + stuck.getMessage(), stuck);
        }
        if (standalone == null) {
            standalone = port.listen(address);
        }
    }

    @Override
    public void open() throws Exception {
        var listening = standalone;
        if (listening != null) {
            listening.close();
            standalone = null;
        }
        actions.open();
        trouble = Optional.of("just opened again");
    }

    @Override
    public void close() {
        timer.shutdownNow();
        try {
            if (!timer.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("The watch over the disk does not end");
            }
            var listening = standalone;
            if (listening != null) {
                listening.close();
            }
        } catch (IOException e) {
            LOG.warn("The port between nodes did not close cleanly", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
