/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.util.AwaitToRun;

/**
 * Closes a Raft server within a limit.
 *
 * <p>Ratis 3.3.0 closes a log under its write lock and, still holding it, joins the thread that evicts the log's cache, while that
 * thread may be waiting for the very lock: neither ever ends. So that thread is stopped first, without the lock; closing it a
 * second time does nothing. The limit is for whatever else may hang.
 */
final class ServerClosing {
    private static final String EVICTION = "cacheEviction";

    private ServerClosing() {}

    /** @throws CloseTimeoutException threads of the server may still run and write: this process must not open it again */
    static void close(RaftServer server, RaftServer.Division division, Duration limit) throws IOException {
        var closed = new CompletableFuture<Void>();
        var closer = new Thread(
                () -> {
                    try {
                        eviction(division).ifPresent(AwaitToRun::close);
                        server.close();
                        closed.complete(null);
                    } catch (IOException | RuntimeException | Error e) {
                        closed.completeExceptionally(e);
                    }
                },
                "raft-close-" + division.getId());
        closer.setDaemon(true);
        closer.start();
        try {
            closed.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            var stack = new IllegalStateException("where the closing thread is");
            stack.setStackTrace(closer.getStackTrace());
            throw new CloseTimeoutException("the Raft server did not close within " + limit, stack);
        } catch (ExecutionException e) {
            throw new IOException("the Raft server could not be closed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CloseTimeoutException("interrupted while the Raft server was closing", e);
        }
    }

    /** Private in Ratis; another version may have no such thread, and then this has to be looked at again. Empty without a log. */
    static Optional<AwaitToRun> eviction(RaftServer.Division division) {
        RaftLog log;
        try {
            log = division.getRaftLog();
        } catch (IllegalStateException e) {
            // the server did not come so far as to open it
            return Optional.empty();
        }
        try {
            var field = log.getClass().getDeclaredField(EVICTION);
            field.setAccessible(true);
            return Optional.of((AwaitToRun) field.get(log));
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalStateException(
                    "this version of Ratis closes its log in another way (no " + EVICTION + " in " + log.getClass()
                            + "): check it for the deadlock of 3.3.0",
                    e);
        }
    }
}
