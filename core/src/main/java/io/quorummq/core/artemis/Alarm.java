/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs a task at the earliest of the times it was set to; never before it by the clock. The clock is not the one that the
 * timer goes by and may be put forward: the task runs a second after that at the latest.
 */
final class Alarm {
    private static final long CLOCK_CHECK_MILLIS = 1000;

    private final ScheduledExecutorService timer;
    private final InstantSource clock;
    private final Runnable task;
    private @Nullable ScheduledFuture<?> armed;
    private long armedFor = Long.MAX_VALUE;

    Alarm(ScheduledExecutorService timer, InstantSource clock, Runnable task) {
        this.timer = timer;
        this.clock = clock;
        this.task = task;
    }

    /** Makes sure that the task runs no later than at this time, in milliseconds. */
    synchronized void set(OptionalLong time) {
        if (time.isEmpty() || time.getAsLong() >= armedFor) {
            return;
        }
        if (armed != null) {
            armed.cancel(false);
        }
        try {
            var wait = Math.min(CLOCK_CHECK_MILLIS, Math.max(0, time.getAsLong() - clock.millis()));
            armed = timer.schedule(this::sound, wait, TimeUnit.MILLISECONDS);
            armedFor = time.getAsLong();
        } catch (RejectedExecutionException stopping) {
            armedFor = Long.MAX_VALUE; // the engine is being stopped; the next one reads the times from the journal
        }
    }

    private void sound() {
        synchronized (this) {
            var due = armedFor;
            armed = null;
            armedFor = Long.MAX_VALUE;
            if (due > clock.millis()) {
                set(OptionalLong.of(due));
                return;
            }
        }
        task.run();
    }
}
