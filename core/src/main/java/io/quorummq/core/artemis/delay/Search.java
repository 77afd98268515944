/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Looks through buckets for messages, in no order of time, and does something with those that it finds. */
final class Search implements Job {
    private static final int BATCH_MESSAGES = 256;

    private final Deque<BucketQueue> rest;
    private final Fates fates;
    private final Predicate<Waiting> wanted;
    private final Action action;
    private final long most;
    private final CompletableFuture<Long> found = new CompletableFuture<>();
    private final List<Waiting> batch = new ArrayList<>();
    private @Nullable BucketReader reader;
    private long count;

    /** What is done with messages that were found. */
    @FunctionalInterface
    interface Action {
        void take(List<Waiting> messages);
    }

    /** @param most after how many messages the search ends */
    Search(Collection<BucketQueue> buckets, Fates fates, Predicate<Waiting> wanted, Action action, long most) {
        this.rest = new ArrayDeque<>(buckets);
        this.fates = fates;
        this.wanted = wanted;
        this.action = action;
        this.most = most;
    }

    /** How many were found, once all was looked through. */
    CompletableFuture<Long> found() {
        return found;
    }

    @Override
    public boolean step(long deadlineNanos) {
        do {
            if (reader == null) {
                if (rest.isEmpty()) {
                    return ended();
                }
                reader = new BucketReader(rest.remove(), fates);
            }
            for (var waiting : reader.next()) {
                if (wanted.test(waiting)) {
                    batch.add(waiting);
                    count++;
                    if (count == most) {
                        return ended();
                    }
                }
            }
            if (batch.size() >= BATCH_MESSAGES) {
                take();
            }
            if (reader.isAtEnd()) {
                closeReader();
            }
        } while (System.nanoTime() < deadlineNanos);
        take();
        return false;
    }

    private boolean ended() {
        take();
        found.complete(count);
        return true;
    }

    private void take() {
        if (!batch.isEmpty()) {
            action.take(List.copyOf(batch));
            batch.clear();
        }
    }

    @Override
    public void close() {
        closeReader();
        found.completeExceptionally(new IllegalStateException("the broker is being closed"));
    }

    private void closeReader() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }
}
