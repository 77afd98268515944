/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import io.quorummq.core.artemis.delay.DurableCommit.StoreEnded;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.activemq.artemis.core.paging.cursor.PageIterator;
import org.apache.activemq.artemis.core.paging.cursor.PagedReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one bucket from its first page to its end, and what is added to it later. Keeps one page in memory. For one thread,
 * which waits while another reads: Artemis deletes pages on the threads that read them, and on no other.
 */
final class BucketReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BucketReader.class);

    private static final int PORTION_MESSAGES = 1024;
    private static final long PORTION_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long ANSWER_SECONDS_MAX = 60;

    private final BucketQueue queue;
    private final Fates fates;
    private final PageIterator pages;
    /** What is being read while the last portion is dealt with. */
    private @Nullable CompletableFuture<Portion> ahead;

    /** What was acknowledged since that began, by position. */
    private final Set<Long> goneMeanwhile = new HashSet<>();

    private boolean atEnd;
    /** Of the reading thread. */
    private @Nullable PagedReference uncommitted;

    private record Portion(List<Waiting> messages, boolean isLast) {}

    BucketReader(BucketQueue queue, Fates fates) {
        this.queue = queue;
        this.fates = fates;
        this.pages = queue.getPageSubscription().iterator();
    }

    /** The next messages that are there for good, a thousand at most; maybe none. See {@link #isAtEnd}. */
    List<Waiting> next() {
        try {
            var portion = (ahead == null ? readOn() : ahead).get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
            var messages = portion.messages().stream()
                    .filter(waiting -> !goneMeanwhile.contains(waiting.position()))
                    .toList();
            // what is read from now on contains none of them any more
            goneMeanwhile.clear();
            atEnd = portion.isLast();
            ahead = atEnd ? null : readOn();
            return messages;
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(queue.getName() + " cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreEnded(e);
        }
    }

    /** The message at this position was acknowledged, for good; it may have been read ahead before that. */
    void gone(long position) {
        if (ahead != null) {
            goneMeanwhile.add(position);
        }
    }

    private CompletableFuture<Portion> readOn() {
        var portion = new CompletableFuture<Portion>();
        onReadingThread(() -> {
            try {
                portion.complete(read());
            } catch (Throwable e) {
                portion.completeExceptionally(e);
            }
        });
        return portion;
    }

    private void onReadingThread(Runnable task) {
        try {
            queue.getPagingStore().execute(task);
        } catch (RejectedExecutionException e) {
            throw new StoreEnded(e);
        }
    }

    private Portion read() {
        var isLast = false;
        var portion = new ArrayList<Waiting>();
        var deadline = System.nanoTime() + PORTION_NANOS;
        do {
            var ref = nextCommitted();
            isLast = ref == null && (uncommitted != null || !pages.hasNext());
            if (ref != null) {
                waiting(ref).ifPresent(portion::add);
            }
        } while (!isLast && portion.size() < PORTION_MESSAGES && System.nanoTime() < deadline);
        return new Portion(portion, isLast);
    }

    /** One message that cannot be read never stops the others. */
    private Optional<Waiting> waiting(PagedReference ref) {
        try {
            var ticket = Ticket.of(ref.getMessage()).orElseThrow();
            return Optional.of(new Waiting(queue, ref, ticket, fates.wake(ticket, ref.getMessage())));
        } catch (RuntimeException e) {
            LOG.error("Message {} in {} is none that the engine of time put there; it stays", ref, queue.getName(), e);
            return Optional.empty();
        }
    }

    private @Nullable PagedReference nextCommitted() {
        var ref = uncommitted;
        if (ref == null) {
            if (pages.tryNext() != PageIterator.NextResult.hasElements) {
                return null;
            }
            ref = pages.next();
        }
        // what follows one that is not committed is not either
        uncommitted = ref == null || queue.isCommitted(ref) ? null : ref;
        return uncommitted == null ? ref : null;
    }

    /** Whether the last answer of {@link #next} reached the end, as far as messages were there for good. */
    boolean isAtEnd() {
        return atEnd;
    }

    @Override
    public void close() {
        try {
            onReadingThread(pages::close);
        } catch (StoreEnded e) {
            LOG.debug("{} is closed already", queue.getName(), e);
        }
    }
}
