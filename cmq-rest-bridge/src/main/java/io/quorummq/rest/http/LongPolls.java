/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.quorummq.core.CmqError;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What waits for long on behalf of a caller: bounded in number, ended when the caller goes away or the server stops. */
final class LongPolls {
    private final Set<Poll> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private final int most;
    private final String what;
    private volatile boolean ended;

    /** @param what the plural of what waits, for the refusal of one too many */
    LongPolls(int most, String what) {
        this.most = most;
        this.what = what;
    }

    int waiting() {
        return count.get();
    }

    /**
     * Keeps the work until it is done; refuses with 4480/10460, and cancels it, when there are too many. Returns the work
     * as it ends, completed when it is counted no more.
     */
    <T> CompletionStage<T> add(CompletableFuture<T> work, ClientConnection connection) {
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            work.cancel(false);
            throw CmqError.INTERFACE_FREQUENCY.naming("more than " + most + " " + what + " are waiting");
        }
        var poll = new Poll(work, connection);
        waiting.add(poll);
        CompletionStage<T> stage = work;
        var counted = stage.whenComplete((done, failure) -> ended(poll));
        connection.watch(poll);
        if (work.isDone()) {
            connection.stopWatching(poll);
        }
        if (ended) {
            poll.run();
        }
        return counted;
    }

    /** Ends all that wait, and from now on each that begins to. */
    void end() {
        ended = true;
        waiting.forEach(Poll::run);
    }

    private void ended(Poll poll) {
        poll.connection.stopWatching(poll);
        waiting.remove(poll);
        count.decrementAndGet();
    }

    /** One receive that waits; running it ends it. */
    private static final class Poll implements Runnable {
        private final CompletableFuture<?> work;
        private final ClientConnection connection;

        Poll(CompletableFuture<?> work, ClientConnection connection) {
            this.work = work;
            this.connection = connection;
        }

        @Override
        public void run() {
            work.cancel(false);
        }
    }
}
