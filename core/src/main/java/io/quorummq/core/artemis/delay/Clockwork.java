/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import io.quorummq.core.artemis.delay.DurableCommit.StoreEnded;
import io.quorummq.core.delay.DelayIndex;
import io.quorummq.core.delay.Wheel;
import io.quorummq.core.delay.Wheel.Bucket;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that moves delayed messages: what is due first, then reading buckets whose time has come, then work that
 * takes long, a step of it at a time.
 */
final class Clockwork implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Clockwork.class);

    private static final long MOVE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(40);
    /** How late a message may be that nobody announced; also how soon it is noticed that the clock was put forward. */
    private static final long PAUSE_MILLIS_MAX = 1000;

    private static final long PAUSE_MILLIS = 50;
    private static final long PATROL_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long TRIM_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long HURRIED_PATROL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long HURRY_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long CLOSE_SECONDS_MAX = 10;

    private static final int BATCH_MESSAGES = 256;
    private static final int OPEN_BUCKETS_MAX = 3;
    private static final long BUCKET_BYTES_MIN = 4 << 20;

    private final Buckets buckets;
    private final Destinations destinations;
    private final DelayIndex index;
    private final Fates fates;
    private final Mover mover;
    private final DelayLimits limits;
    private final LivePages livePages;
    private final InstantSource clock;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, Clockwork::thread);

    private final Map<Bucket, ReadBucket> open = new LinkedHashMap<>();
    private final Set<Bucket> cascading = new HashSet<>();
    private final Deque<BucketQueue> uncounted = new ArrayDeque<>();
    private final Queue<Job> asked = new ConcurrentLinkedQueue<>();
    private final Deque<Job> searches = new ArrayDeque<>();
    /** One after the other, so that what is late comes in order. */
    private final Deque<Cascade> cascades = new ArrayDeque<>();

    private final Map<Bucket, Long> doubtful = new HashMap<>();
    private final Set<Bucket> toCount = new HashSet<>();
    private final Map<Bucket, Retry> retries = new HashMap<>();
    private @Nullable ScheduledFuture<?> next;
    private long lastTrim = System.nanoTime();
    private long lastPatrol = System.nanoTime();
    private long hurriedUntil = System.nanoTime();
    private volatile BooleanSupplier arePrepared = () -> false;
    private volatile boolean started;
    private volatile boolean woken;
    private volatile boolean counted;
    private volatile boolean ended;
    /** Of the messages that were read; nothing tells the index of them. */
    private volatile long firstDue = Long.MAX_VALUE;

    Clockwork(
            Buckets buckets,
            Destinations destinations,
            DelayIndex index,
            Fates fates,
            Mover mover,
            DelayLimits limits,
            InstantSource clock) {
        this.buckets = buckets;
        this.destinations = destinations;
        this.index = index;
        this.fates = fates;
        this.mover = mover;
        this.limits = limits;
        this.livePages = new LivePages(buckets, limits.memoryBytes() / 4);
        this.clock = clock;
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.setRemoveOnCancelPolicy(true);
    }

    private static Thread thread(Runnable task) {
        var made = new Thread(task, "quorummq-delays");
        made.setDaemon(true);
        return made;
    }

    /**
     * When messages are tried again that could not be moved.
     *
     * @param due when the first of them was
     */
    private record Retry(long atNanos, long due) {}

    /**
     * Begins, with buckets that a broker before this one may have filled.
     *
     * @param arePrepared whether transactions are still open that were prepared under that broker: nobody says which messages
     *     they bring
     */
    void start(Collection<BucketQueue> filled, BooleanSupplier arePrepared) {
        this.arePrepared = arePrepared;
        if (arePrepared.getAsBoolean()) {
            hurriedUntil = System.nanoTime() + HURRY_NANOS;
        }
        filled.stream()
                .sorted(Comparator.comparing(BucketQueue::bucket, Wheel.byTime(clock.millis())))
                .forEach(uncounted::add);
        started = true;
        schedule(0);
    }

    /** Whether all that lies in buckets is known. */
    boolean hasCounted() {
        return counted;
    }

    /** When the first message is due that was read and is not delivered, as of the last round. */
    OptionalLong firstDue() {
        var first = firstDue;
        return first == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(first);
    }

    /** Has this work done, beside all other. */
    void ask(Job job) {
        asked.add(job);
        if (ended) {
            job.close();
        }
        wake();
    }

    /** Has these buckets counted anew, once they are quiet. On this thread, when work that was {@link #ask asked} for ends. */
    void countAgain(Collection<Bucket> inDoubt) {
        toCount.addAll(inDoubt);
    }

    /** Looks at once whether there is something to do. */
    void wake() {
        if (!woken) {
            woken = true;
            schedule(0);
        }
    }

    /** Nothing before {@link #start}: a bucket would be looked through while it is still to be counted. */
    private synchronized void schedule(long delayMillis) {
        if (!started) {
            return;
        }
        try {
            if (next == null || next.getDelay(TimeUnit.MILLISECONDS) > delayMillis) {
                if (next != null) {
                    next.cancel(false);
                }
                next = thread.schedule(this::run, delayMillis, TimeUnit.MILLISECONDS);
            }
        } catch (RejectedExecutionException closing) {
            LOG.debug("No further work: the engine of time is being closed");
        }
    }

    private void run() {
        woken = false;
        var pause = PAUSE_MILLIS_MAX;
        try {
            pause = work();
        } catch (StoreEnded e) {
            LOG.debug("Delayed messages are not moved any more", e);
            ended = true;
        } catch (RuntimeException | Error e) {
            if (ended) {
                LOG.debug("The pages are closed", e);
            } else {
                LOG.error("The engine of time begins anew", e);
                beginAnew();
            }
        }
        if (ended) {
            end();
            return;
        }
        synchronized (this) {
            next = null;
            schedule(woken ? 0 : pause);
        }
    }

    private void beginAnew() {
        retries.clear();
        for (var bucket : List.copyOf(open.values())) {
            countAgain(bucket.isCounting(), bucket.queue());
            close(bucket.queue().bucket());
            index.stays(bucket.queue().bucket(), 0);
        }
        searches.forEach(Job::close);
        searches.clear();
        for (var cascade : cascades) {
            countAgain(cascade.isCounting(), cascade.queue());
            cascade.close();
        }
        cascades.clear();
        cascading.forEach(bucket -> index.stays(bucket, 0));
        cascading.clear();
    }

    private void countAgain(boolean wasCounting, BucketQueue queue) {
        if (wasCounting) {
            uncounted.add(queue);
            counted = false;
        }
    }

    /** One round; answers how long to pause before the next one, in milliseconds. */
    private long work() {
        openDue();
        var moreIsDue = moveDue();
        retry();
        var moreToRead = read();
        moreIsDue |= moveDue();
        var moreToDo = stepOfLongWork();
        trimLivePages();
        patrol();
        firstDue = firstOfRead();
        if (moreIsDue || moreToRead || moreToDo) {
            return 0;
        }
        return open.isEmpty() ? PAUSE_MILLIS_MAX : PAUSE_MILLIS;
    }

    // --- what is due
    // --------------------------------------------------------------------------------------------------

    /** In the order in which their first messages are due: after a time without a broker all are late. */
    private void openDue() {
        var now = clock.millis();
        for (var bucket : index.toVisit(now)) {
            if (open.containsKey(bucket) || cascading.contains(bucket) || isUncounted(bucket)) {
                continue;
            }
            if (bucket.isFine() && open.size() < OPEN_BUCKETS_MAX) {
                queue(bucket).ifPresent(queue -> open.put(bucket, new ReadBucket(queue, fates, index, null)));
            } else if (!bucket.isFine() && (index.firstDue(bucket) > now || !isMoreDue(now))) {
                cascade(bucket, null);
            } else {
                return;
            }
        }
    }

    private boolean isMoreDue(long now) {
        return open.values().stream()
                .anyMatch(bucket -> !bucket.isAtEnd() || bucket.firstDue().orElse(Long.MAX_VALUE) <= now);
    }

    private void cascade(Bucket bucket, @Nullable Census census) {
        queue(bucket).ifPresent(queue -> {
            cascading.add(bucket);
            cascades.add(new Cascade(queue, fates, index, mover, clock, limits.memoryBytes() / 2, census));
        });
    }

    private Optional<BucketQueue> queue(Bucket bucket) {
        try {
            return Optional.of(buckets.get(bucket));
        } catch (Exception e) {
            throw new IllegalStateException("bucket " + bucket.name() + " is gone", e);
        }
    }

    private boolean isUncounted(Bucket bucket) {
        return uncounted.stream().anyMatch(queue -> queue.bucket().equals(bucket));
    }

    /** Moves what is due, for a while; answers whether more is. */
    private boolean moveDue() {
        var deadline = System.nanoTime() + MOVE_NANOS;
        var isMoreDue = moveSome();
        while (isMoreDue && System.nanoTime() < deadline) {
            isMoreDue = moveSome();
        }
        return isMoreDue;
    }

    private boolean moveSome() {
        var now = clock.millis();
        var batch = new ArrayList<Waiting>();
        for (var bucket : open.values()) {
            batch.addAll(bucket.due(now, BATCH_MESSAGES));
        }
        batch.sort(Waiting.BY_TIME);
        for (var from = 0; from < batch.size(); from += BATCH_MESSAGES) {
            move(batch.subList(from, Math.min(batch.size(), from + BATCH_MESSAGES)));
        }
        return !batch.isEmpty();
    }

    private void move(List<Waiting> messages) {
        var failed = new HashSet<>(mover.move(List.copyOf(messages)));
        for (var waiting : messages) {
            var bucket = waiting.bucket().bucket();
            var read = open.get(bucket);
            if (failed.contains(waiting)) {
                retryLater(bucket, waiting.wake());
                if (read != null) {
                    read.failed(waiting);
                }
            } else if (read != null) {
                read.gone(waiting);
            }
        }
    }

    private void retryLater(Bucket bucket, long due) {
        retries.merge(
                bucket,
                new Retry(System.nanoTime() + RETRY_NANOS, due),
                (known, added) -> new Retry(known.atNanos, Math.min(known.due, added.due)));
    }

    /** They wait on their pages, not here: the memory, and the buckets that may be open, are for those that can be moved. */
    private void retry() {
        var now = System.nanoTime();
        retries.entrySet().removeIf(entry -> {
            if (entry.getValue().atNanos - now > 0) {
                return false;
            }
            var read = open.get(entry.getKey());
            if (read == null) {
                index.stays(entry.getKey(), entry.getValue().due);
            } else {
                read.retry();
            }
            return true;
        });
    }

    private long firstOfRead() {
        return LongStream.concat(
                        open.values().stream().flatMapToLong(bucket -> bucket.firstDue().stream()),
                        retries.values().stream().mapToLong(Retry::due))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    // --- reading
    // ------------------------------------------------------------------------------------------------------

    private boolean read() {
        var more = false;
        for (var bucket : List.copyOf(open.values())) {
            var now = clock.millis();
            bucket.read(now, bytesMax(bucket), System.nanoTime() + STEP_NANOS);
            if (bucket.isDone(now)) {
                close(bucket.queue().bucket());
            } else {
                more |= !bucket.isAtEnd();
            }
        }
        return more;
    }

    /** What the others leave, but always enough to go on. */
    private long bytesMax(ReadBucket bucket) {
        var others = open.values().stream()
                .filter(other -> other != bucket)
                .mapToLong(ReadBucket::bytes)
                .sum();
        return Math.max(
                BUCKET_BYTES_MIN, limits.memoryBytes() - destinations.hidden().delayedBytes() - others);
    }

    private void close(Bucket bucket) {
        var closed = open.remove(bucket);
        if (closed != null) {
            closed.close();
        }
    }

    // --- what takes long
    // ----------------------------------------------------------------------------------------------

    /** A step of a search and a step of a cascade, so that neither keeps the other waiting. */
    private boolean stepOfLongWork() {
        for (var job = asked.poll(); job != null; job = asked.poll()) {
            searches.add(job);
        }
        var searched = step(searches);
        var isCounting = cascades.isEmpty() && count();
        var cascade = cascades.peek();
        if (cascade != null && step(cascades) && cascades.peek() != cascade) {
            cascading.remove(cascade.bucket());
            cascade.firstStuck().ifPresent(due -> retryLater(cascade.bucket(), due));
        }
        return searched || isCounting || cascade != null;
    }

    /** A step of the first one, which is removed when it is done; answers whether there was one. */
    private static boolean step(Deque<? extends Job> jobs) {
        var job = jobs.peek();
        if (job == null) {
            return false;
        }
        if (job.step(System.nanoTime() + STEP_NANOS)) {
            jobs.remove();
            job.close();
        }
        return true;
    }

    /** Begins to count the next bucket, beside those that are open because they are due; answers whether there was one. */
    private boolean count() {
        if (open.size() > OPEN_BUCKETS_MAX) {
            return !uncounted.isEmpty();
        }
        var queue = uncounted.poll();
        if (queue == null) {
            counted = true;
            return false;
        }
        var census = new Census(queue, index, fates);
        if (queue.bucket().isFine()) {
            open.put(queue.bucket(), new ReadBucket(queue, fates, index, census));
        } else {
            cascade(queue.bucket(), census);
        }
        return true;
    }

    private void trimLivePages() {
        if (System.nanoTime() - lastTrim > TRIM_NANOS) {
            livePages.trim();
            lastTrim = System.nanoTime();
        }
    }

    /**
     * Compares what is known of quiet buckets with what Artemis counts. They differ where a transaction ended that was prepared
     * before this broker began to serve; the bucket is counted anew.
     */
    private void patrol() {
        var now = System.nanoTime();
        if (!counted || now - lastPatrol < (now - hurriedUntil < 0 ? HURRIED_PATROL_NANOS : PATROL_NANOS)) {
            return;
        }
        lastPatrol = now;
        if (arePrepared.getAsBoolean()) {
            hurriedUntil = now + HURRY_NANOS;
        }
        for (var queue : buckets.all()) {
            var bucket = queue.bucket();
            // not the messages of the queue: of a queue that was empty when it was loaded Artemis answers none
            var there = queue.getPageSubscription().getCounter().getValue();
            var isQuiet = !open.containsKey(bucket)
                    && !cascading.contains(bucket)
                    && !queue.getPageSubscription().isCounterPending();
            if (isQuiet && toCount.remove(bucket)) {
                uncounted.add(queue);
                counted = false;
            } else if (!isQuiet || there == index.messages(bucket)) {
                doubtful.remove(bucket);
            } else if (Long.valueOf(there).equals(doubtful.put(bucket, there))) {
                LOG.info(
                        "Bucket {} is counted again: {} messages, not {}",
                        bucket.name(),
                        there,
                        index.messages(bucket));
                doubtful.put(bucket, -there);
                uncounted.add(queue);
                counted = false;
            }
        }
    }

    /** Drops the messages, wherever they are in memory: another deals with them, and what is taken twice is counted twice. */
    void withdraw(Collection<Waiting> messages) {
        searches.forEach(job -> job.withdraw(messages));
        cascades.forEach(job -> job.withdraw(messages));
        for (var waiting : messages) {
            var bucket = open.get(waiting.bucket().bucket());
            if (bucket != null) {
                bucket.withdraw(waiting);
            }
        }
    }

    private void end() {
        ended = true;
        open.values().forEach(ReadBucket::close);
        open.clear();
        searches.forEach(Job::close);
        searches.clear();
        cascades.forEach(Job::close);
        cascades.clear();
        asked.forEach(Job::close);
    }

    /** Stops; what is being moved is moved or is where it was. Interrupts nothing: that would close the files being read. */
    @Override
    public void close() {
        ended = true;
        mover.stop();
        thread.shutdown();
        try {
            if (thread.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                end(); // it may have stopped between two steps of a search that somebody waits for
            } else {
                LOG.warn("The engine of time has not stopped within {} s", CLOSE_SECONDS_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        asked.forEach(Job::close);
    }
}
