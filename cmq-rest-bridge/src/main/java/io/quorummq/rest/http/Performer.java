/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.quorummq.core.CmqError;
import io.quorummq.core.CmqException;
import io.quorummq.core.queue.Broker;
import io.quorummq.core.queue.BrokerClosedException;
import io.quorummq.core.queue.Leader;
import io.quorummq.core.queue.NotForwardedException;
import io.quorummq.rest.action.Action;
import io.quorummq.rest.action.Actions;
import io.quorummq.rest.action.Caller;
import io.quorummq.rest.action.Params;
import io.quorummq.rest.action.Reply;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Performs requests by the broker that is active on this node, and writes their answers. What a broker refuses, or has
 * read, while it loses its office is not believed: then nothing was done, and the request may be performed elsewhere.
 */
final class Performer {
    private static final Logger LOG = LoggerFactory.getLogger(Performer.class);

    private final Leader leader;
    private final Actions actions;
    private final JsonAnswers answers;

    Performer(Leader leader, Actions actions, JsonAnswers answers) {
        this.leader = leader;
        this.actions = actions;
        this.answers = answers;
    }

    /**
     * Completes with the answer, refusals included; fails with {@link NotForwardedException} when nothing was done
     * because no broker is active here (any more), and with {@link CancellationException} when a receive was cancelled.
     */
    CompletableFuture<Answer> perform(CheckedRequest request, Caller caller) {
        var broker = leader.broker();
        return broker.isEmpty()
                ? CompletableFuture.failedFuture(notHere())
                : new Performance(request, broker.get()).begin(caller);
    }

    /** For a request that was handed to a broker which has not said what became of it. */
    static CmqException unknownFate() {
        return CmqError.INTERNAL_ERROR.naming("the leader was lost, it is unknown whether this was done");
    }

    private static NotForwardedException notHere() {
        return new NotForwardedException("no broker is active on this node");
    }

    /** The failure under those that futures wrap it into. */
    static @Nullable Throwable unwrapped(@Nullable Throwable failure) {
        var cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private final class Performance {
        private final CheckedRequest request;
        private final Broker broker;
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();
        private @Nullable Action action;

        Performance(CheckedRequest request, Broker broker) {
            this.request = request;
            this.broker = broker;
        }

        CompletableFuture<Answer> begin(Caller caller) {
            try {
                var named = actions.named(request.action());
                action = named;
                // a stage of the broker completes on a pool thread that may write: one hand-over less
                CompletionStage<Reply> reply = named.perform(new Params(request.parameters()), caller);
                reply.whenComplete(this::end);
            } catch (RuntimeException | Error failure) {
                end(null, failure);
            }
            return answer;
        }

        private void end(@Nullable Reply reply, @Nullable Throwable failure) {
            var cause = unwrapped(failure);
            if (reply != null) {
                reply(reply);
            } else if (cause instanceof CancellationException cancelled) {
                answer.completeExceptionally(cancelled);
            } else if (cause instanceof BrokerClosedException
                    || (!isInOffice() && (cause instanceof CmqException || onlyReads()))) {
                answer.completeExceptionally(notHere());
            } else {
                refuse(refusal(cause));
            }
        }

        private void reply(Reply reply) {
            var didNothing = onlyReads() || reply.outcome() == CmqError.DELETE_FAILED;
            if (didNothing && !isInOffice()) {
                answer.completeExceptionally(notHere());
                return;
            }
            byte[] json;
            try {
                json = answers.reply(reply, request.id(), request.clientRequestId());
            } catch (RuntimeException unwritable) {
                refuse(refusal(unwritable));
                return;
            }
            answer.complete(new Answer(reply.outcome().code(), json));
        }

        private void refuse(CmqException refusal) {
            answer.complete(new Answer(
                    refusal.error().code(), answers.refusal(refusal, request.id(), request.clientRequestId())));
        }

        private CmqException refusal(@Nullable Throwable cause) {
            if (cause instanceof CmqException refusal) {
                return refusal;
            }
            if (!isInOffice()) {
                LOG.info(
                        "Request {} was under way when the broker lost its office: {}",
                        request.id(),
                        String.valueOf(cause));
                return unknownFate();
            }
            LOG.error("Request {} failed", request.id(), cause);
            return (action == null ? CmqError.INTERNAL_ERROR : action.failure()).exception();
        }

        private boolean onlyReads() {
            return action != null && action.onlyReads();
        }

        private boolean isInOffice() {
            return leader.broker().filter(now -> now == broker).isPresent();
        }
    }
}
