/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Something that changes now and then: whoever waits is woken on another thread, and asks again. */
final class Change {
    private final Executor threads;
    private CompletableFuture<Void> next = new CompletableFuture<>();

    Change(Executor threads) {
        this.threads = threads;
    }

    /** Completes at the next change after this call. */
    synchronized CompletableFuture<Void> next() {
        return next;
    }

    /** Never blocks and runs nothing of those who wait: Raft's own threads call it. */
    void happened() {
        CompletableFuture<Void> waited;
        synchronized (this) {
            waited = next;
            next = new CompletableFuture<>();
        }
        threads.execute(() -> waited.complete(null));
    }
}
