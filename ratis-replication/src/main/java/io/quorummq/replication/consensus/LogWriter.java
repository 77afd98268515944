/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.consensus.ReplicatedState.Outcome;
import io.quorummq.replication.store.EntryBuilder;
import io.quorummq.replication.store.FileOperation;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way into the log during one term: gathers operations of many threads into few entries, in order, and fences itself at
 * the first sign that this node may no longer write.
 *
 * <p>An entry goes out at once when none is in flight, else when one in flight returns or the entry is full. Entries carry the
 * term and a sequence from 1, so that a missing one makes all replicas drop the rest. Once fenced, always fenced: everything
 * pending fails, later operations are refused, and a new term needs a new writer.
 */
public final class LogWriter {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
    private static final int ENTRY_BYTES_FIRST = 4 * 1024;
    /** More than any operation needs besides the bytes it writes. */
    private static final int OPERATION_BYTES_ROOM = 1024;

    private final long term;
    private final Limits limits;
    private final LogSink sink;
    private final LongSupplier clockMillis;
    private final LongSupplier nanoTicker;
    private final Executor callbacks;
    private final Consumer<FencedException> onFenced;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final ArrayDeque<Entry> waiting = new ArrayDeque<>();
    private final ArrayDeque<Entry> inFlight = new ArrayDeque<>();
    private long waitingBytes;
    private boolean returned;
    private @Nullable FencedException fenced;

    private final Thread submitter;
    private long lastSequence;

    /** How much a writer gathers, keeps in flight, lets wait, and how long it waits. */
    public record Limits(
            int entryBytesFull,
            int operationBytesMax,
            int entriesInFlightMax,
            long waitingBytesMax,
            long roomWaitNanosMax,
            long replyWaitNanosMax) {
        public Limits {
            if (entryBytesFull < 1 || operationBytesMax < 1 || entriesInFlightMax < 1) {
                throw new IllegalArgumentException(
                        "entry bytes (" + entryBytesFull + "), operation bytes (" + operationBytesMax
                                + ") and entries in flight (" + entriesInFlightMax + ") must be at least 1");
            }
            if (waitingBytesMax < operationBytesMax) {
                throw new IllegalArgumentException("waiting bytes (" + waitingBytesMax
                        + ") must be at least the bytes of one operation (" + operationBytesMax + ")");
            }
        }

        /** With another bound of what may wait. */
        public Limits withWaitingBytesMax(long bytes) {
            return new Limits(
                    entryBytesFull, operationBytesMax, entriesInFlightMax, bytes, roomWaitNanosMax, replyWaitNanosMax);
        }
    }

    /** What a writer needs from its surroundings; all of it outlives the term but the fencing hook. */
    record Surroundings(
            String shard, LogSink sink, LongSupplier clockMillis, LongSupplier nanoTicker, Executor callbacks) {}

    /** @param onFenced told once, off any lock, on whatever thread noticed */
    LogWriter(long term, Limits limits, Surroundings around, Consumer<FencedException> onFenced) {
        this.term = term;
        this.limits = limits;
        this.sink = around.sink();
        this.clockMillis = around.clockMillis();
        this.nanoTicker = around.nanoTicker();
        this.callbacks = around.callbacks();
        this.onFenced = onFenced;
        submitter = new Thread(this::submitUntilFenced, "log-writer-" + around.shard() + "-term-" + term);
        submitter.setDaemon(true);
    }

    void start() {
        submitter.start();
    }

    /**
     * Takes an operation. Its bytes are copied before this returns; the callback comes later, in order, on another thread.
     * Operations of one thread keep their order. Waits for room while too many bytes wait, and is woken by fencing.
     *
     * @throws FencedException this writer is fenced: the operation is not in the log and the callback will not be called
     * @throws BacklogFullException no room in time: as above. A caller that cannot do without the operation must {@link #fence}
     */
    public void append(FileOperation operation, LogCallback callback) throws FencedException, BacklogFullException {
        append(operation, callback, limits.roomWaitNanosMax());
    }

    /** As above, but waits no longer for room than this caller may. */
    void append(FileOperation operation, LogCallback callback, long waitNanosMax)
            throws FencedException, BacklogFullException {
        var bytes =
                operation instanceof FileOperation.Write write ? write.bytes().remaining() : 0;
        if (bytes > limits.operationBytesMax()) {
            throw new IllegalArgumentException("a write of " + bytes + " bytes is too large for one entry; allowed: "
                    + limits.operationBytesMax());
        }
        lock.lock();
        try {
            awaitRoom(bytes, waitNanosMax);
            var entry = waiting.peekLast();
            if (entry == null || entry.bytes() + bytes + OPERATION_BYTES_ROOM > limits.entryBytesFull()) {
                entry = new Entry(bytes);
                waiting.addLast(entry);
            }
            var before = entry.bytes();
            operation.encodeTo(entry.builder);
            entry.callbacks.add(callback);
            waitingBytes += entry.bytes() - before;
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Completes when everything appended before is committed and applied on this node; fails when this writer is fenced. */
    public CompletableFuture<Void> barrier() {
        var reached = new CompletableFuture<Void>();
        barrier(new BarrierCallback(reached));
        return reached;
    }

    /** As above, by a callback in the order of the operations; called in any case. */
    void barrier(LogCallback callback) {
        lock.lock();
        try {
            var last = waiting.isEmpty() ? inFlight.peekLast() : waiting.peekLast();
            if (fenced != null) {
                report(List.of(callback), fenced);
            } else if (last == null) {
                report(List.of(callback), null);
            } else {
                last.callbacks.add(callback);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends this writer: everything pending fails, waiting threads wake, nothing more is submitted. Does not wait; idempotent. */
    public void fence(String reason) {
        fence(reason, null);
    }

    /** The term whose entries this writer writes. */
    public long term() {
        return term;
    }

    /** Whether this writer has ended. */
    public boolean isFenced() {
        lock.lock();
        try {
            return fenced != null;
        } finally {
            lock.unlock();
        }
    }

    /** The most bytes that one operation may write. */
    int operationBytesMax() {
        return limits.operationBytesMax();
    }

    /** Bytes accepted but not yet given to Raft. */
    public long waitingBytes() {
        lock.lock();
        try {
            return waitingBytes;
        } finally {
            lock.unlock();
        }
    }

    /** After fencing: waits until no submission is under way any more. */
    boolean awaitStopped(long nanos) throws InterruptedException {
        submitter.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
        return !submitter.isAlive();
    }

    /** Fences when the oldest entry in flight has had no answer for too long: its fate is unknown. */
    void fenceIfOverdue() {
        var oldest = oldestInFlight();
        if (oldest != null && nanoTicker.getAsLong() - oldest.submittedNanos > limits.replyWaitNanosMax()) {
            fence("entry " + oldest.sequence + " of term " + term + " was not committed within "
                    + TimeUnit.NANOSECONDS.toMillis(limits.replyWaitNanosMax()) + " ms");
        }
    }

    private @Nullable Entry oldestInFlight() {
        lock.lock();
        try {
            return inFlight.peekFirst();
        } finally {
            lock.unlock();
        }
    }

    private void awaitRoom(int bytes, long waitNanosMax) throws FencedException, BacklogFullException {
        var nanosLeft = Math.min(waitNanosMax, limits.roomWaitNanosMax());
        while (fenced == null && waitingBytes + bytes > limits.waitingBytesMax()) {
            if (nanosLeft <= 0) {
                throw new BacklogFullException(
                        waitingBytes + " bytes wait for the log of term " + term + ", no room for " + bytes
                                + " more within " + TimeUnit.NANOSECONDS.toMillis(waitNanosMax) + " ms");
            }
            try {
                nanosLeft = room.awaitNanos(nanosLeft);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BacklogFullException("interrupted while waiting for room in the log of term " + term);
            }
        }
        if (fenced != null) {
            throw new FencedException(String.valueOf(fenced.getMessage()), fenced);
        }
    }

    private void submitUntilFenced() {
        try {
            for (Entry entry; (entry = next()) != null; ) {
                submit(entry);
            }
        } catch (RuntimeException | Error e) {
            LOG.error("The log writer of term {} failed", term, e);
            fence("the log writer of term " + term + " failed: " + e, e);
        }
    }

    private @Nullable Entry next() {
        lock.lock();
        try {
            while (fenced == null && !mayGoOut(waiting.peekFirst())) {
                work.awaitUninterruptibly();
            }
            if (fenced != null) {
                return null;
            }
            var entry = waiting.removeFirst();
            returned = false;
            waitingBytes -= entry.bytes() - entry.emptyBytes;
            room.signalAll();
            entry.sequence = ++lastSequence;
            entry.submittedNanos = nanoTicker.getAsLong();
            inFlight.addLast(entry);
            return entry;
        } finally {
            lock.unlock();
        }
    }

    private boolean mayGoOut(@Nullable Entry entry) {
        if (entry == null || inFlight.size() >= limits.entriesInFlightMax()) {
            return false;
        }
        return inFlight.isEmpty()
                || returned
                || waiting.size() > 1
                || entry.bytes() + OPERATION_BYTES_ROOM >= limits.entryBytesFull();
    }

    private void submit(Entry entry) {
        var reply = sink.submit(entry.finish(term, clockMillis.getAsLong()));
        // an answer that is there at once may be a refusal; it has to be seen before the next entry goes out, and it
        // is:
        // whenComplete then runs here
        var unused = reply.whenComplete((outcome, failure) -> onReply(entry, outcome, failure));
    }

    private void onReply(Entry entry, @Nullable Outcome outcome, @Nullable Throwable failure) {
        if (failure != null) {
            fence("entry " + entry.sequence + " of term " + term + " was not confirmed: " + failure, failure);
            return;
        }
        if (outcome != Outcome.APPLIED) {
            fence("entry " + entry.sequence + " of term " + term
                    + " was committed but does not count: an earlier one is" + " missing or the term is over");
            return;
        }
        lock.lock();
        try {
            entry.done = true;
            while (fenced == null && !inFlight.isEmpty() && inFlight.getFirst().done) {
                report(inFlight.removeFirst().callbacks, null);
            }
            returned = !waiting.isEmpty();
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    private void fence(String reason, @Nullable Throwable cause) {
        var exception = new FencedException(reason, cause);
        lock.lock();
        try {
            if (fenced != null) {
                return;
            }
            fenced = exception;
            inFlight.forEach(entry -> report(entry.callbacks, exception));
            waiting.forEach(entry -> report(entry.callbacks, exception));
            inFlight.clear();
            waiting.clear();
            waitingBytes = 0;
            work.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        onFenced.accept(exception);
    }

    /** Under the lock, so that callbacks of later operations queue up behind these. */
    private void report(List<LogCallback> heard, @Nullable FencedException failure) {
        callbacks.execute(() -> {
            for (var callback : heard) {
                try {
                    if (failure == null) {
                        callback.committed();
                    } else {
                        callback.failed(failure);
                    }
                } catch (RuntimeException | Error e) {
                    LOG.error("A callback of the log of term {} failed", term, e);
                }
            }
        });
    }

    private record BarrierCallback(CompletableFuture<Void> reached) implements LogCallback {
        @Override
        public void committed() {
            reached.complete(null);
        }

        @Override
        public void failed(FencedException reason) {
            reached.completeExceptionally(reason);
        }
    }

    /** Operations that travel together: filled under the writer's lock, finished by the submitting thread after that. */
    private static final class Entry {
        private final EntryBuilder builder;
        private final int emptyBytes;
        private final List<LogCallback> callbacks = new ArrayList<>();
        private long sequence;
        private long submittedNanos;
        private boolean done;

        Entry(int firstBytes) {
            builder = new EntryBuilder(firstBytes + ENTRY_BYTES_FIRST);
            emptyBytes = builder.size();
        }

        int bytes() {
            return builder.size();
        }

        /** In an array that wastes little: Ratis keeps it in its cache for a while. */
        ByteBuffer finish(long term, long clockMillis) {
            var entry = builder.finish(term, sequence, clockMillis);
            var length = entry.remaining();
            return entry.capacity() - length > length / 4
                    ? ByteBuffer.allocate(length).put(entry).flip()
                    : entry;
        }
    }
}
