/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.quorummq.core.CmqError;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The receives that wait: bounded in number, ended when their caller goes away or the server stops. */
final class LongPolls {
    private final Set<Poll> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private final int most;
    private volatile boolean ended;

    LongPolls(int most) {
        this.most = most;
    }

    int waiting() {
        return count.get();
    }

    /** Keeps the work until it is done; refuses with 4480/10460, and cancels it, when there are too many. */
    void add(CompletableFuture<?> work, ClientConnection connection) {
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            work.cancel(false);
            throw CmqError.INTERFACE_FREQUENCY.naming("more than " + most + " receives are waiting");
        }
        var poll = new Poll(work, connection);
        waiting.add(poll);
        CompletionStage<?> stage = work;
        stage.whenComplete((done, failure) -> ended(poll));
        connection.watch(poll);
        if (work.isDone()) {
            connection.stopWatching();
        }
        if (ended) {
            poll.run();
        }
    }

    /** Ends all that wait, and from now on each that begins to. */
    void end() {
        ended = true;
        waiting.forEach(Poll::run);
    }

    private void ended(Poll poll) {
        poll.connection.stopWatching();
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
