/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.ApplyResult;
import io.quorummq.replication.store.Checkpoint;
import io.quorummq.replication.store.Disk;
import io.quorummq.replication.store.Entry;
import io.quorummq.replication.store.LogPosition;
import io.quorummq.replication.store.Store;
import io.quorummq.replication.store.StoreSettings;
import io.quorummq.replication.store.TableHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The replicated files as the state behind the log. */
public final class StoreState implements ReplicatedState, Replica {
    private static final Logger LOG = LoggerFactory.getLogger(StoreState.class);

    private static final long CLOSE_SECONDS_MAX = 30;

    private final Disk disk;
    private final StoreSettings settings;
    private final KnownDamage damage = new KnownDamage();
    private volatile @Nullable Opened opened;

    private record Opened(Store store, ExecutorService background, Verifications verifications) {}

    /** @param disk where the files are; opened at each recovery */
    public StoreState(Disk disk, StoreSettings settings) {
        this.disk = disk;
        this.settings = settings;
    }

    @Override
    public Disk disk() {
        return disk;
    }

    @Override
    public KnownDamage damage() {
        return damage;
    }

    @Override
    public boolean damaged() {
        return !damage.places().isEmpty();
    }

    @Override
    public Optional<Replica> replica() {
        return Optional.of(this);
    }

    @Override
    public Store store() {
        return required().store;
    }

    @Override
    public LogPosition recover(long lastLogIndex) throws IOException {
        close();
        var store = Store.open(disk, settings);
        for (var passedOver : store.damagedManifests()) {
            LOG.warn("A damaged checkpoint is passed over for an older one: {}", passedOver.getMessage());
        }
        store.onDamage(damage::report);
        store.recover(lastLogIndex);
        opened = new Opened(
                store,
                Executors.newSingleThreadExecutor(task -> {
                    var thread = new Thread(task, "checkpoint");
                    thread.setDaemon(true);
                    return thread;
                }),
                new Verifications());
        return store.applied();
    }

    @Override
    public void logCutAfter(long index) {
        store().logCutAfter(index);
    }

    @Override
    public Outcome apply(long index, long term, ByteBuffer entry) {
        var result = store().apply(new LogPosition(term, index), Entry.decode(entry));
        if (result instanceof ApplyResult.Dropped dropped) {
            LOG.warn("Entry {} of the log does not count: {}, {}", index, dropped.reason(), dropped.detail());
            return Outcome.DROPPED;
        }
        return Outcome.APPLIED;
    }

    @Override
    public void skip(LogPosition position) {
        store().skip(position);
    }

    /** The order matters: who asks for an entry that is applied has to find its hash, or somebody who computes it. */
    @Override
    public void verify(LogPosition position) {
        var now = required();
        var hash = now.verifications.reached(position.index());
        now.store.skip(position);
        if (now.store.redoing()) {
            hash.completeExceptionally(new VerificationException("this replica was redoing its log at entry "
                    + position.index() + ", its files were not yet what the table says: verify again"));
            return;
        }
        var frozen = now.store.tableHash();
        now.background.execute(() -> {
            try {
                hash.complete(frozen.get());
            } catch (RuntimeException | Error e) {
                hash.completeExceptionally(e);
            }
        });
    }

    /**
     * The hash of this replica's state at a verification entry, also one that is still to come; fails with a
     * {@link VerificationException} where there is none.
     */
    public CompletableFuture<TableHash> verification(long index) {
        var now = required();
        return now.verifications.at(index, now.store.applied().index());
    }

    /** The last hash that was computed here since the files were opened. */
    public Optional<TableHash> lastVerification() {
        var now = opened;
        return now == null ? Optional.empty() : now.verifications.last();
    }

    @Override
    public long clockMillis() {
        return store().clockMillis();
    }

    @Override
    public CompletableFuture<LogPosition> checkpoint() {
        var now = required();
        if (now.store.redoing() || now.store.applied().equals(now.store.checkpointed())) {
            return CompletableFuture.completedFuture(now.store.checkpointed());
        }
        var checkpoint = now.store.checkpoint();
        return CompletableFuture.supplyAsync(() -> finish(now, checkpoint), now.background);
    }

    private static LogPosition finish(Opened opened, Checkpoint checkpoint) {
        while (checkpoint.step()) {
            if (opened.background.isShutdown()) {
                checkpoint.cancel();
                throw new CancellationException("the files were closed during a checkpoint");
            }
        }
        return checkpoint.position();
    }

    @Override
    public synchronized void close() {
        var last = opened;
        opened = null;
        if (last != null) {
            last.background.shutdown();
            try {
                if (!last.background.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                    LOG.warn("A checkpoint takes longer than {} s to end", CLOSE_SECONDS_MAX);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            last.verifications.close("the files were closed");
            last.store.close();
        }
    }

    private Opened required() {
        var now = opened;
        if (now == null) {
            throw new IllegalStateException("the files are closed");
        }
        return now;
    }
}
