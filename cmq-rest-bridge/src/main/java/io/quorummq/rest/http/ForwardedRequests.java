/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.quorummq.core.queue.NotForwardedException;
import io.quorummq.rest.action.Caller;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Performs what other nodes hand to this one because it leads; never hands anything on. */
final class ForwardedRequests {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardedRequests.class);

    private final Performer performer;
    private final LongPolls longPolls;
    private final InFlight inFlight;

    ForwardedRequests(Performer performer, LongPolls longPolls, InFlight inFlight) {
        this.performer = performer;
        this.longPolls = longPolls;
        this.inFlight = inFlight;
    }

    /** See {@link CmqHttpServer#forwarded}. */
    CompletableFuture<byte[]> perform(byte[] encoded) {
        CheckedRequest request;
        try {
            request = CheckedRequest.decode(encoded);
        } catch (IllegalArgumentException unreadable) {
            LOG.warn("A request of another node is not performed: {}", unreadable.getMessage());
            return CompletableFuture.failedFuture(
                    new NotForwardedException("this node cannot read the request", unreadable));
        }
        inFlight.began();
        if (inFlight.isDraining()) {
            inFlight.ended();
            return CompletableFuture.failedFuture(stopping());
        }
        var caller = new RemoteCaller(request);
        CompletionStage<Answer> performed = performer.perform(request, caller);
        performed.whenComplete((answer, failure) -> {
            inFlight.ended();
            caller.end(answer, Performer.unwrapped(failure));
        });
        CompletionStage<byte[]> stage = caller.answer;
        stage.whenComplete((json, failure) -> caller.left());
        return caller.answer;
    }

    private static NotForwardedException stopping() {
        return new NotForwardedException("this node is stopping");
    }

    /** The caller behind another node: gone when that node cancels the answer. */
    private final class RemoteCaller implements Caller, ClientConnection {
        private final CheckedRequest request;
        private final CompletableFuture<byte[]> answer = new CompletableFuture<>();
        private @Nullable Runnable whenClosed;

        RemoteCaller(CheckedRequest request) {
            this.request = request;
        }

        void end(@Nullable Answer performed, @Nullable Throwable failure) {
            if (performed != null) {
                answer.complete(performed.json());
            } else if (failure instanceof CancellationException) {
                // Unless the caller has gone, and this answer is not heard: the next leader has the message for it.
                answer.completeExceptionally(stopping());
            } else if (failure != null) {
                answer.completeExceptionally(failure);
            }
        }

        void left() {
            Runnable task;
            synchronized (this) {
                task = whenClosed;
                whenClosed = null;
            }
            if (task != null) {
                task.run();
            }
        }

        @Override
        public void watch(Runnable task) {
            synchronized (this) {
                whenClosed = task;
            }
            if (answer.isDone()) {
                left();
            }
        }

        @Override
        public synchronized void stopWatching(Runnable task) {
            if (whenClosed == task) {
                whenClosed = null;
            }
        }

        @Override
        public String host() {
            return request.host();
        }

        @Override
        public Duration waited() {
            return request.waited();
        }

        @Override
        public void waitsFor(CompletableFuture<?> work, Duration atMost) {
            var unused = longPolls.add(work, this);
        }
    }
}
