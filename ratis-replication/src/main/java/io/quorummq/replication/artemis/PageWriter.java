/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import io.quorummq.replication.artemis.PageAnswers.Answer;
import io.quorummq.replication.consensus.FencedException;
import io.quorummq.replication.consensus.LogCallback;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.ActiveMQIllegalStateException;
import org.apache.activemq.artemis.core.paging.PagedMessage;
import org.apache.activemq.artemis.core.paging.impl.PageReadWriter;
import org.apache.activemq.artemis.core.paging.impl.PageTimedWriter;
import org.apache.activemq.artemis.core.persistence.OperationContext;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.persistence.impl.journal.OperationContextImpl;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.RouteContextList;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the messages of one address to its pages in batches, and completes a batch when the log has committed it: no thread waits
 * for that, so that the batches of many addresses travel in the same entries.
 *
 * <p>A batch is what has come while the thread of the pages was busy or enough batches of the address were under way. Messages
 * count as pending, and keep their senders' credit, until their batch is committed or has failed. The thread of the pages writes;
 * the log's callback thread completes, in the order of the batches, and does not block.
 */
final class PageWriter extends PageTimedWriter {
    private static final Logger LOG = LoggerFactory.getLogger(PageWriter.class);
    /** Of one address. One is slower; four were measured to be no faster, with smaller batches and more wake-ups. */
    static final int BATCHES_IN_FLIGHT_MAX = 2;

    private static final long LAST_COMMIT_SECONDS_MAX = 20;

    private final StorageManager storage;
    private final Pages pages;
    private final Semaphore credits;
    private final AtomicInteger pending = new AtomicInteger();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private List<Write> gathered = new ArrayList<>();
    private boolean booked;
    private int batchesInFlight;
    private volatile boolean hasQueueWithoutGate;

    /** A message on its way to a page. */
    private record Write(
            OperationContext context,
            Answer answer,
            PagedMessage message,
            @Nullable Transaction tx,
            int credits) {}

    /** The pages of the address. */
    interface Pages {
        String name();

        /** Who waits for what is written, over all addresses. */
        PageAnswers answers();

        /** What is written from now on is one batch more. */
        void beginBatch();

        void write(PagedMessage message) throws Exception;

        /** Calls once: when all that was written so far is committed, or when it is known that it may never be. Does not block. */
        void whenCommitted(LogCallback callback);

        /** The oldest batch is committed, and may be seen. Does not block. */
        void batchCommitted();

        /** Ends the office. */
        void fence(String reason);
    }

    /** @param pages may still be under construction: they are asked for nothing before the first message */
    PageWriter(
            Pages pages,
            int creditBytes,
            StorageManager storage,
            ScheduledExecutorService timer,
            Executor executor,
            long retryNanos) {
        super(creditBytes, storage, null, timer, executor, true, retryNanos);
        this.storage = storage;
        this.pages = pages;
        credits = new Semaphore(creditBytes);
    }

    @Override
    public void incrementTask() {
        pending.incrementAndGet();
    }

    @Override
    public boolean hasPendingIO() {
        return pending.get() > 0;
    }

    @Override
    public int addTask(
            OperationContext context,
            PagedMessage message,
            @Nullable Transaction tx,
            RouteContextList queues,
            boolean useFlowControl) {
        var needed = Math.min(message.getEncodeSize() + PageReadWriter.SIZE_RECORD, getMaxCredits());
        if (tx != null) {
            // its commit record has to follow the page in the log; not under our lock, for which the callback thread
            // waits
            tx.delay();
        }
        if (!hasQueueWithoutGate) {
            hasQueueWithoutGate =
                    anyIsLastValue(queues.getDurableQueues()) || anyIsLastValue(queues.getNonDurableQueues());
        }
        if (!gather(context, message, tx, useFlowControl ? needed : 0)) {
            if (tx != null) {
                tx.delayDone();
            }
            pending.decrementAndGet();
            throw new IllegalStateException("the page writer of " + pages.name() + " is stopped");
        }
        return needed;
    }

    private static boolean anyIsLastValue(List<Queue> queues) {
        for (var queue : queues) {
            if (queue.isLastValue()) {
                return true;
            }
        }
        return false;
    }

    private boolean gather(OperationContext context, PagedMessage message, @Nullable Transaction tx, int taken) {
        lock.lock();
        try {
            if (!isStarted()) {
                return false;
            }
            gathered.add(new Write(context, pages.answers().expect(context), message, tx, taken));
            book();
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void flowControl(int needed) {
        if (needed > 0) {
            credits.acquireUninterruptibly(needed);
        }
    }

    @Override
    public int getAvailablePermits() {
        return credits.availablePermits();
    }

    /** Under the lock. */
    private void book() {
        if (booked || gathered.isEmpty() || batchesInFlight >= BATCHES_IN_FLIGHT_MAX) {
            return;
        }
        try {
            executor.execute(this);
            booked = true;
        } catch (RejectedExecutionException e) {
            LOG.debug("{} messages are not written to the pages of {}", gathered.size(), pages.name(), e);
        }
    }

    /** On the thread of the pages. */
    @Override
    public void run() {
        var storageLock = storage.closeableReadLock(true);
        if (storageLock == null) {
            delay();
            return;
        }
        try (storageLock) {
            processMessages();
        }
    }

    @Override
    protected void processMessages() {
        var batch = takeGathered();
        if (batch.isEmpty()) {
            return;
        }
        var earlier = OperationContextImpl.getContext();
        try {
            pages.beginBatch();
            for (var write : batch) {
                OperationContextImpl.setContext(write.context());
                pages.write(write.message());
            }
            for (var write : batch) {
                if (write.tx() != null) {
                    write.tx().delayDone();
                }
            }
        } catch (Exception | Error e) {
            // the page in memory and the page in the log may differ now
            pages.fence("the pages of " + pages.name() + " cannot be written: " + e);
            fail(batch, e);
            return;
        } finally {
            OperationContextImpl.setContext(earlier);
        }
        pages.whenCommitted(new LogCallback() {
            @Override
            public void committed() {
                complete(batch);
            }

            @Override
            public void failed(FencedException reason) {
                fail(batch, reason);
            }
        });
        if (hasQueueWithoutGate) {
            awaitCommits();
        }
    }

    /** A last-value queue is Artemis' own and shows what it reads: nothing may be read meanwhile, and this is the thread that reads. */
    private void awaitCommits() {
        lock.lock();
        try {
            while (batchesInFlight > 0) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private List<Write> takeGathered() {
        lock.lock();
        try {
            var batch = gathered;
            booked = false;
            if (!batch.isEmpty()) {
                gathered = new ArrayList<>();
                batchesInFlight++;
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void complete(List<Write> batch) {
        // first, because whoever sees the message may acknowledge it, and the last acknowledgement ends the paging
        pending.addAndGet(-batch.size());
        pages.batchCommitted();
        batch.forEach(write -> pages.answers().committed(write.answer()));
        end(batch);
    }

    private void fail(List<Write> batch, Throwable reason) {
        pending.addAndGet(-batch.size());
        try {
            // not here: a transaction or a sender may hold a lock that waits for the log, or for the storage manager
            executor.execute(() -> batch.forEach(write -> refuse(write, reason)));
        } catch (RejectedExecutionException e) {
            LOG.debug("The senders to {} have gone", pages.name(), e);
        }
        end(batch);
    }

    private void refuse(Write write, Throwable reason) {
        try {
            if (write.tx() != null) {
                var refusal = new ActiveMQIllegalStateException(String.valueOf(reason.getMessage()));
                refusal.initCause(reason);
                write.tx().markAsRollbackOnly(refusal);
            }
            pages.answers()
                    .failed(
                            write.answer(),
                            ActiveMQExceptionType.IO_ERROR.getCode(),
                            "the page write to " + pages.name() + " is not confirmed: " + reason.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("A sender to {} could not be refused", pages.name(), e);
        }
    }

    private void end(List<Write> batch) {
        var returned = 0;
        for (var write : batch) {
            returned += write.credits();
        }
        credits.release(returned);
        lock.lock();
        try {
            batchesInFlight--;
            book();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What has been gathered is still written: its senders wait for an answer. */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized")
    public void stop() {
        super.stop();
        var nanosLeft = TimeUnit.SECONDS.toNanos(LAST_COMMIT_SECONDS_MAX);
        lock.lock();
        try {
            book();
            while ((booked || batchesInFlight > 0) && nanosLeft > 0) {
                nanosLeft = changed.awaitNanos(nanosLeft);
            }
            if (booked || batchesInFlight > 0) {
                LOG.warn("The last page write to {} takes longer than {} s", pages.name(), LAST_COMMIT_SECONDS_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
