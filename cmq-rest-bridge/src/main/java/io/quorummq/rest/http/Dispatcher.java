/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.quorummq.core.CmqError;
import io.quorummq.core.CmqException;
import io.quorummq.core.queue.Leader;
import io.quorummq.core.queue.NotForwardedException;
import io.quorummq.rest.action.Action;
import io.quorummq.rest.action.Caller;
import io.quorummq.rest.action.Params;
import io.quorummq.rest.http.RequestMeters.Fate;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Brings a checked request to the broker: to the one that is active here, else to the node that leads; while nobody
 * leads, the request waits. It is brought again only where it is certain that nothing was done of it.
 */
final class Dispatcher {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final int PAUSE_DOUBLINGS_MAX = 4;
    private static final Duration FORWARDED_MAX = Duration.ofSeconds(30);

    /** How much longer than its polling time a forwarded receive may take. */
    private static final Duration FORWARDED_MARGIN = Duration.ofSeconds(5);

    private final Leader leader;
    private final Performer performer;
    private final LeaderWaits waits;
    private final LongPolls longPolls;
    private final JsonAnswers answers;
    private final RequestMeters meters;
    private final Scheduler scheduler;
    private final Duration leaderWait;

    Dispatcher(
            Leader leader,
            Performer performer,
            LeaderWaits waits,
            LongPolls longPolls,
            JsonAnswers answers,
            RequestMeters meters,
            Scheduler scheduler,
            Duration leaderWait) {
        this.leader = leader;
        this.performer = performer;
        this.waits = waits;
        this.longPolls = longPolls;
        this.answers = answers;
        this.meters = meters;
        this.scheduler = scheduler;
        this.leaderWait = leaderWait;
    }

    /** Completes with the answer; fails with {@link CancellationException} when a receive's caller has gone. */
    CompletableFuture<Answer> dispatch(Action action, CheckedRequest request, ClientConnection connection) {
        var journey = new Journey(action, request, connection);
        journey.attempt();
        return journey.answer;
    }

    private final class Journey implements Caller {
        private final long begun = NanoTime.now();
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();
        private final boolean isReceive;
        private final ClientConnection connection;
        private CheckedRequest request;
        private Duration patience;
        private int timesNotTaken;

        Journey(Action action, CheckedRequest request, ClientConnection connection) {
            var polling = action.pollingTime(new Params(request.parameters()));
            this.isReceive = polling.isPresent();
            this.patience = polling.orElse(leaderWait);
            this.request = request;
            this.connection = connection;
        }

        void attempt() {
            try {
                if (leader.broker().isPresent()) {
                    performHere();
                    return;
                }
                var change = waits.change();
                var forwarded = leader.forward(request.encode());
                if (forwarded.isPresent()) {
                    follow(forwarded.get());
                } else if (leader.broker().isPresent()) {
                    performHere();
                } else {
                    tryAgainAfter(change, patience);
                }
            } catch (CmqException refusal) {
                refuse(refusal);
            } catch (RuntimeException | Error bug) {
                answer.completeExceptionally(bug);
            }
        }

        private void performHere() {
            CompletionStage<Answer> performed = performer.perform(request, this);
            performed.whenComplete((done, failure) -> {
                var cause = Performer.unwrapped(failure);
                if (cause == null) {
                    answer.complete(done);
                } else if (cause instanceof NotForwardedException) {
                    pause();
                } else {
                    answer.completeExceptionally(cause);
                }
            });
        }

        private void follow(CompletableFuture<byte[]> forwarded) {
            if (isReceive) {
                var unused = longPolls.add(forwarded, connection);
            }
            var isLate = new AtomicBoolean();
            var limit = isReceive ? patience.minus(request.waited()).plus(FORWARDED_MARGIN) : FORWARDED_MAX;
            var timer = scheduler.schedule(
                    () -> {
                        isLate.set(true);
                        forwarded.cancel(false);
                    },
                    limit.toMillis(),
                    TimeUnit.MILLISECONDS);
            CompletionStage<byte[]> stage = forwarded;
            stage.whenComplete((json, failure) -> {
                timer.cancel();
                end(json, Performer.unwrapped(failure), isLate.get());
            });
        }

        private void end(byte @Nullable [] json, @Nullable Throwable failure, boolean isLate) {
            if (json != null) {
                meters.countForwarded(Fate.ANSWERED);
                answer.complete(Answer.of(json));
            } else if (failure instanceof NotForwardedException) {
                meters.countForwarded(Fate.NOT_TAKEN);
                pause();
            } else if (failure instanceof CancellationException gone && !isLate) {
                meters.countForwarded(Fate.CANCELLED);
                answer.completeExceptionally(gone);
            } else {
                meters.countForwarded(Fate.UNKNOWN);
                refuse(Performer.unknownFate());
            }
        }

        /** Whoever is said to lead did not take it: looks again soon, or at once when that changes. */
        private void pause() {
            var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(timesNotTaken++, PAUSE_DOUBLINGS_MAX));
            try {
                tryAgainAfter(waits.change(), pause);
            } catch (CmqException refusal) {
                refuse(refusal);
            } catch (RuntimeException | Error bug) {
                answer.completeExceptionally(bug);
            }
        }

        private void tryAgainAfter(CompletableFuture<Void> change, Duration atMost) {
            var left = patience.minus(elapsed());
            if (left.isNegative() || left.isZero()) {
                refuse(noLeader());
                return;
            }
            var sleep = waits.sleep(change, left.compareTo(atMost) < 0 ? left : atMost, connection);
            var unused = sleep.whenComplete((woken, gone) -> {
                if (gone == null) {
                    request = request.afterWaiting(elapsed());
                    attempt();
                } else {
                    refuse(noLeader());
                }
            });
        }

        private Duration elapsed() {
            return Duration.ofNanos(NanoTime.since(begun));
        }

        private CmqException noLeader() {
            return CmqError.INTERNAL_ERROR.naming("there is no leader at the moment, nothing was done");
        }

        private void refuse(CmqException refusal) {
            answer.complete(new Answer(
                    refusal.error().code(), answers.refusal(refusal, request.id(), request.clientRequestId())));
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
            patience = request.waited().plus(atMost);
            var unused = longPolls.add(work, connection);
        }
    }
}
