/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Who sent a request, as far as an action needs to know. */
public interface Caller {
    /** The Host header of the request: where this caller reaches us, with the port where it gave one. */
    String host();

    /** How long the request has waited for somebody to lead before it got here: that is part of its polling time. */
    Duration waited();

    /**
     * Announces that the caller waits for this work, for so long at most: it is cancelled when the caller's connection
     * closes or the server stops. Refuses with 4480/10460, and cancels the work, when too many callers wait already.
     */
    void waitsFor(CompletableFuture<?> work, Duration atMost);
}
