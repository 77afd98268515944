/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import io.quorummq.cmqclient.CmqClient;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sends at the times of a schedule, late when the window is full. */
final class CmqPacedProducer extends ThreadWorker {
    private static final long CONFIRM_SECONDS_MAX = 60;

    private final CmqClient client;
    private final Load load;
    private final int index;
    private final Semaphore window;
    private volatile boolean broken;

    CmqPacedProducer(CmqClient client, Load load, int index) {
        super("producer-" + index, load.meter());
        this.client = client;
        this.load = load;
        this.index = index;
        this.window = new Semaphore(load.settings().outstanding());
    }

    @Override
    void work() throws Exception {
        int batch = load.settings().batch();
        var schedule = load.schedule(index, batch);
        long number = 0;
        for (long call = 0; !broken; call++) {
            window.acquire();
            long due = schedule.due(call, load.clock().now());
            int messages = load.grant(batch, due);
            if (messages == 0) {
                window.release();
                break;
            }
            load.clock().waitUntil(due);
            var unused = new CmqSend(index, number, messages, due)
                    .by(client, load)
                    .whenComplete((done, failure) -> sent(failure));
            number += messages;
        }
        if (!window.tryAcquire(load.settings().outstanding(), CONFIRM_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new IllegalStateException("sends without an answer after " + CONFIRM_SECONDS_MAX + " s");
        }
    }

    private void sent(@Nullable Throwable failure) {
        if (failure != null) {
            broken = true;
            failed(failure);
        }
        window.release();
    }

    @Override
    void release() {
        // The client is the door's.
    }
}
