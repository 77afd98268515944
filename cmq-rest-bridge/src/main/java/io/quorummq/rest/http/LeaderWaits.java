/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.quorummq.core.queue.Leader;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The requests that wait for somebody to lead: without a thread, bounded in number, woken all at once when that changes,
 * ended when their caller goes away or the server stops.
 */
final class LeaderWaits {
    private final Leader leader;
    private final LongPolls bounded;
    private final Executor executor;
    private final Scheduler scheduler;
    private final Set<Runnable> alarms = ConcurrentHashMap.newKeySet();
    private CompletableFuture<Void> change = CompletableFuture.completedFuture(null);

    LeaderWaits(Leader leader, int most, Executor executor, Scheduler scheduler) {
        this.leader = leader;
        this.bounded = new LongPolls(most, "requests");
        this.executor = executor;
        this.scheduler = scheduler;
    }

    int waiting() {
        return bounded.waiting();
    }

    /** Completes at the next change of leader. To be called before looking who leads, so that no change is missed. */
    synchronized CompletableFuture<Void> change() {
        if (change.isDone()) {
            // one for all who wait: each would leave its traces in a future that may stay for long
            change = leader.change();
            CompletionStage<Void> changed = change;
            changed.whenComplete((done, failure) -> alarms.forEach(Runnable::run));
        }
        return change;
    }

    /**
     * Completes, on a thread of the server, when the change that was seen coming has come, or after this time; is
     * cancelled when nobody waits for the answer any more. Refuses with 4480/10460 when too many wait.
     */
    CompletionStage<Void> sleep(CompletableFuture<Void> seen, Duration atMost, ClientConnection connection) {
        var sleeper = new CompletableFuture<Void>();
        var counted = bounded.add(sleeper, connection);
        Runnable alarm = () -> executor.execute(() -> sleeper.complete(null));
        alarms.add(alarm);
        var timer = scheduler.schedule(alarm, atMost.toMillis() + 1, TimeUnit.MILLISECONDS);
        var over = counted.whenComplete((woken, gone) -> {
            alarms.remove(alarm);
            timer.cancel();
        });
        if (seen.isDone()) {
            alarm.run();
        }
        return over;
    }

    /** Cancels all that wait, and from now on each that begins to. */
    void end() {
        bounded.end();
    }
}
