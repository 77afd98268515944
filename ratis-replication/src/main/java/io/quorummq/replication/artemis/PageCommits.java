/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the pages of one address are committed. Batches begin in the order in which they are written, by one thread, and are
 * reached in the same order; all may ask. What is not committed when the office ends never is.
 */
final class PageCommits {
    private static final Logger LOG = LoggerFactory.getLogger(PageCommits.class);

    private final Executor executor;
    /** Where the batches that are not committed begin, the oldest first. */
    private final ArrayDeque<Position> uncommitted = new ArrayDeque<>();
    /** The first position that is not committed; null when there is none. */
    private volatile @Nullable Position pending;

    private final PriorityQueue<Waiting> waiting = new PriorityQueue<>();
    private boolean releasing;
    /** The last one that was released, as long as its task may be running. */
    private @Nullable Position released;

    /** The place of a message: its page, and its number on the page. */
    record Position(long page, int message) implements Comparable<Position> {
        @Override
        public int compareTo(Position other) {
            var byPage = Long.compare(page, other.page);
            return byPage != 0 ? byPage : Integer.compare(message, other.message);
        }
    }

    private record Waiting(Position position, Runnable task) implements Comparable<Waiting> {
        @Override
        public int compareTo(Waiting other) {
            return position.compareTo(other.position);
        }
    }

    /** @param executor runs what waited, one after the other; the thread that reads the pages, so that order is kept */
    PageCommits(Executor executor) {
        this.executor = executor;
    }

    /** A batch begins at this position, behind all earlier ones. */
    synchronized void begin(Position first) {
        uncommitted.addLast(first);
        if (pending == null) {
            pending = first;
        }
    }

    /** The oldest batch is committed. Does not block. */
    void reached() {
        synchronized (this) {
            uncommitted.removeFirst();
            pending = uncommitted.peekFirst();
            var next = waiting.peek();
            if (releasing || next == null || !contain(next.position())) {
                return;
            }
            releasing = true;
        }
        try {
            executor.execute(this::release);
        } catch (RejectedExecutionException e) {
            LOG.debug("The engine has ended; nobody sees what waited", e);
        }
    }

    boolean contain(Position position) {
        var first = pending;
        return first == null || position.compareTo(first) < 0;
    }

    /**
     * Runs the task when the position is committed, and after the tasks of earlier positions that wait.
     *
     * @return false, without running it, when there is nothing to wait for
     */
    synchronized boolean runWhenReached(Position position, Runnable task) {
        if (contain(position) && !isBehindAnother(position)) {
            return false;
        }
        waiting.add(new Waiting(position, task));
        return true;
    }

    private boolean isBehindAnother(Position position) {
        var next = waiting.peek();
        return (next != null && next.position().compareTo(position) < 0)
                || (released != null && released.compareTo(position) < 0);
    }

    private void release() {
        for (Runnable task; (task = nextReleased()) != null; ) {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("A message that was committed is not shown before the next start", e);
            }
        }
    }

    private synchronized @Nullable Runnable nextReleased() {
        var next = waiting.peek();
        if (next == null || !contain(next.position())) {
            releasing = false;
            released = null;
            return null;
        }
        waiting.remove();
        released = next.position();
        return next.task();
    }
}
