/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets time pass between two tries. */
@FunctionalInterface
public interface Pause {
    void of(Duration time) throws InterruptedException;

    /** By the clock on the wall; ends early when the thread is interrupted. */
    static Pause real() {
        return time -> {
            var unused = new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
        };
    }
}
