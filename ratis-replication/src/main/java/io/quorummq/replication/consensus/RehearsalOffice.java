/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

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
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * An office with files of its own and no Raft behind it: what it writes is applied at once and safe nowhere. A follower rehearses
 * with it what it will do as leader, so that classes are loaded and code is compiled by then.
 */
public final class RehearsalOffice implements AutoCloseable {
    private static final long TERM = 1;

    private final Store store;
    private final ExecutorService callbacks = Executors.newSingleThreadExecutor(task -> {
        var thread = new Thread(task, "rehearsal-callbacks");
        thread.setDaemon(true);
        return thread;
    });
    private final Office office;
    private long index;

    /** @param directory empty or not there yet */
    public RehearsalOffice(Path directory, InstantSource clock, LongSupplier nanoTicker) throws IOException {
        store = Store.open(new LocalDisk(directory), StoreSettings.DEFAULT);
        store.recover(-1);
        var around = new LogWriter.Surroundings("rehearsal", this::apply, clock::millis, nanoTicker, callbacks);
        office = new Office(
                TERM,
                (term, onFenced) -> new LogWriter(term, RaftSettings.defaults().writing(), around, onFenced),
                (ended, reason) -> {});
        office.log().start();
    }

    public Office office() {
        return office;
    }

    public Store store() {
        return store;
    }

    /** On the writer's one thread. */
    private CompletableFuture<Outcome> apply(ByteBuffer entry) {
        var result = store.apply(new LogPosition(TERM, ++index), Entry.decode(entry));
        return CompletableFuture.completedFuture(result == ApplyResult.APPLIED ? Outcome.APPLIED : Outcome.DROPPED);
    }

    @Override
    public void close() throws IOException {
        office.log().fence("the rehearsal is over");
        try {
            office.log().awaitStopped(TimeUnit.SECONDS.toNanos(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        callbacks.shutdown();
        store.close();
    }
}
