/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.DamageException;
import io.quorummq.replication.store.Scrub;
import io.quorummq.replication.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads all files of this replica again and again, slowly, so that damage is found before the bytes are needed. */
public final class Scrubbing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scrubbing.class);
    private static final Duration TICK = Duration.ofMillis(250);
    private static final long TICKS_PER_SECOND = 4;
    private static final long SLICE_BYTES = 1 << 20;
    private static final long CLOSE_SECONDS_MAX = 10;

    private final Supplier<Store> files;
    private final Pace pace;
    private final InstantSource wall;
    private final LongSupplier nanoTicker;
    private final Consumer<DamageException> found;
    private final ScheduledExecutorService thread;
    private volatile @Nullable Round last;
    private volatile boolean closed;
    private @Nullable RoundUnderWay slow;
    private boolean resting;
    private long restedFromNanos;

    /** How fast the regular rounds read, 0 for none, and how long they rest after each. */
    public record Pace(long bytesPerSecond, Duration rest) {
        public Pace {
            if (bytesPerSecond < 0 || rest.isNegative()) {
                throw new IllegalArgumentException("scrubbing " + bytesPerSecond + " bytes a second, resting " + rest
                        + ": neither may be negative");
            }
        }
    }

    /** What a reading of all files found; each damaged block is named by file and offset. */
    public record Round(Instant finished, long files, long bytes, List<DamageException> damage) {
        public Round {
            damage = List.copyOf(damage);
        }
    }

    /** The pieces of one round; another store means another round. */
    private static final class RoundUnderWay {
        private final Store store;
        private final Scrub scrub;
        private final List<DamageException> damage = new ArrayList<>();
        private long bytes;

        RoundUnderWay(Store store) {
            this.store = store;
            scrub = store.scrub();
        }
    }

    /**
     * @param files the files as they are open now; throws {@link IllegalStateException} while they are closed
     * @param found hears of each damaged block met, as often as it is met
     */
    public Scrubbing(
            Supplier<Store> files,
            Pace pace,
            InstantSource wall,
            LongSupplier nanoTicker,
            Consumer<DamageException> found) {
        this.files = files;
        this.pace = pace;
        this.wall = wall;
        this.nanoTicker = nanoTicker;
        this.found = found;
        thread = Executors.newSingleThreadScheduledExecutor(task -> {
            var scrubbing = new Thread(task, "scrub");
            scrubbing.setDaemon(true);
            return scrubbing;
        });
    }

    /** Begins the regular rounds. */
    public void start() {
        if (pace.bytesPerSecond() > 0) {
            var unused =
                    thread.scheduleWithFixedDelay(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Reads everything at once, as fast as the disk allows; fails when the files are closed or not yet readable. */
    public CompletableFuture<Round> scrubNow() {
        try {
            return CompletableFuture.supplyAsync(this::readAll, thread);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new IllegalStateException("scrubbing has ended", e));
        }
    }

    /** The last round that came to its end, slow or fast. */
    public Optional<Round> last() {
        return Optional.ofNullable(last);
    }

    @Override
    public void close() {
        closed = true;
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.warn("Scrubbing takes longer than {} s to end", CLOSE_SECONDS_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Round readAll() {
        var round = new RoundUnderWay(files.get());
        while (true) {
            if (closed) {
                throw new IllegalStateException("scrubbing has ended");
            }
            var finished = read(round, SLICE_BYTES);
            if (finished.isPresent()) {
                return finished.get();
            }
        }
    }

    /** A part of the regular round; nothing while files are closed, being redone, or just read. */
    void tick() {
        try {
            if (resting
                    && nanoTicker.getAsLong() - restedFromNanos < pace.rest().toNanos()) {
                return;
            }
            resting = false;
            var store = files.get();
            var round = slow;
            if (store.redoing()) {
                return;
            }
            if (round == null || round.store != store) {
                round = new RoundUnderWay(store);
                slow = round;
            }
            if (read(round, Math.max(1, pace.bytesPerSecond() / TICKS_PER_SECOND))
                    .isPresent()) {
                slow = null;
                resting = true;
                restedFromNanos = nanoTicker.getAsLong();
            }
        } catch (IllegalStateException e) {
            LOG.debug("The files are closed, scrubbing waits", e);
            slow = null;
        } catch (RuntimeException | Error e) {
            LOG.warn("Scrubbing failed, a new round begins", e);
            slow = null;
        }
    }

    private Optional<Round> read(RoundUnderWay round, long bytesMax) {
        var report = round.scrub.run(bytesMax);
        round.bytes += report.bytesRead();
        for (var damage : report.damage()) {
            LOG.error("Scrubbing found: {}", damage.getMessage());
            round.damage.add(damage);
            found.accept(damage);
        }
        if (!report.roundFinished()) {
            return Optional.empty();
        }
        var finished = new Round(wall.instant(), round.store.table().names().size(), round.bytes, round.damage);
        last = finished;
        return Optional.of(finished);
    }
}
