/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.core.credential.CredentialFile;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node's one timer: notices credentials that are gone, and an engine that has stopped by itself. */
final class Housekeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    private static final int PERIOD_MILLIS = 500;

    private final CredentialFile credentials;
    private final BooleanSupplier engineRuns;
    private final Runnable onEngineFailure;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        var thread = new Thread(work, "housekeeping");
        thread.setDaemon(true);
        return thread;
    });

    Housekeeping(CredentialFile credentials, BooleanSupplier engineRuns, Runnable onEngineFailure) {
        this.credentials = credentials;
        this.engineRuns = engineRuns;
        this.onEngineFailure = onEngineFailure;
    }

    void start() {
        var unused = timer.scheduleWithFixedDelay(this::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            credentials.poll();
        } catch (RuntimeException e) {
            LOG.error("Looking for removed credentials failed; it goes on", e);
        }
        if (!engineRuns.getAsBoolean()) {
            LOG.error("The engine has stopped because its store failed, see above; everything acknowledged is stored");
            timer.shutdown();
            onEngineFailure.run();
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
