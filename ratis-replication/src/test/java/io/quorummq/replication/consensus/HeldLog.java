/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.awaitility.Awaitility.await;

import io.quorummq.replication.consensus.ReplicatedState.Outcome;
import io.quorummq.replication.store.ApplyResult;
import io.quorummq.replication.store.Entry;
import io.quorummq.replication.store.LocalDisk;
import io.quorummq.replication.store.LogPosition;
import io.quorummq.replication.store.Store;
import io.quorummq.replication.store.StoreSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A log of one office over real files that commits when the test says so. */
public final class HeldLog implements AutoCloseable {
    private static final long TERM = 3;

    private record Submission(ByteBuffer entry, CompletableFuture<Outcome> reply) {}

    final Store store;
    final LogWriter writer;
    private final Queue<Submission> held = new ArrayDeque<>();
    private final ExecutorService callbacks = Executors.newSingleThreadExecutor();
    private boolean holds;
    private long index;

    public HeldLog(Path directory, LogWriter.Limits limits) throws IOException {
        store = Store.open(new LocalDisk(directory), StoreSettings.DEFAULT);
        store.recover(-1);
        writer = new LogWriter(
                TERM,
                limits,
                new LogWriter.Surroundings("0", this::submit, () -> 1234, System::nanoTime, callbacks),
                reason -> {});
        writer.start();
    }

    /** What callbacks hear when an office ends. */
    public static FencedException endOfOffice(String reason) {
        return new FencedException(reason, null);
    }

    /** The view of the one office. */
    public LeaderFiles files() {
        return new LeaderFiles(writer, store);
    }

    private synchronized CompletableFuture<Outcome> submit(ByteBuffer entry) {
        var submission = new Submission(entry, new CompletableFuture<>());
        held.add(submission);
        if (!holds) {
            commitHeld();
        }
        return submission.reply();
    }

    /** From now on nothing is committed. */
    public synchronized void hold() {
        holds = true;
    }

    /** Commits what was held and everything that comes. */
    public synchronized void release() {
        holds = false;
        commitHeld();
    }

    /** Commits the oldest entry that is held, and goes on holding. */
    public synchronized void commitOne() {
        commit(held.remove());
    }

    /** Waits until something waits behind what is held. */
    public void awaitBacklog() {
        await().until(() -> writer.waitingBytes() > 0);
    }

    synchronized boolean isHolding() {
        return !held.isEmpty();
    }

    public void awaitHolding() {
        await().until(this::isHolding);
    }

    private void commitHeld() {
        while (!held.isEmpty()) {
            commit(held.remove());
        }
    }

    private void commit(Submission next) {
        var result = store.apply(new LogPosition(TERM, index++), Entry.decode(next.entry()));
        next.reply().complete(result == ApplyResult.APPLIED ? Outcome.APPLIED : Outcome.DROPPED);
    }

    @Override
    public void close() {
        writer.fence("the test is over");
        try {
            var unused = writer.awaitStopped(TimeUnit.SECONDS.toNanos(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        callbacks.shutdownNow();
        store.close();
    }
}
