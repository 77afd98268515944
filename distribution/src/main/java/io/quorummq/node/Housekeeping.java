/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node's one timer, for what has to be looked at now and then. */
final class Housekeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    private static final int PERIOD_MILLIS = 500;

    private final List<Duty> duties;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        var thread = new Thread(work, "housekeeping");
        thread.setDaemon(true);
        return thread;
    });

    /** Something to look at; its name is for the log. */
    record Duty(String name, Runnable look) {}

    Housekeeping(List<Duty> duties) {
        this.duties = List.copyOf(duties);
    }

    void start() {
        var unused = timer.scheduleWithFixedDelay(this::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        for (var duty : duties) {
            try {
                duty.look().run();
            } catch (RuntimeException | Error e) {
                LOG.error("Looking after {} failed; it goes on", duty.name(), e);
            }
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
