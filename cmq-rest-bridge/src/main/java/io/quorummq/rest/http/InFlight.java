/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** The requests that are being worked on, counted so that a server can stop when there are none. */
final class InFlight {
    private final AtomicInteger requests = new AtomicInteger();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean draining;

    void began() {
        requests.incrementAndGet();
    }

    void ended() {
        if (requests.decrementAndGet() == 0 && draining) {
            drained.complete(null);
        }
    }

    boolean isDraining() {
        return draining;
    }

    CompletableFuture<Void> drain() {
        draining = true;
        if (requests.get() == 0) {
            drained.complete(null);
        }
        return drained;
    }
}
