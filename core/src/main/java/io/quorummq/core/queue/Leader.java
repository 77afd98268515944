/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Who serves the queues now: this node's own broker, another node, or nobody yet. Asked anew for every request. */
public interface Leader {
    /** The broker that is active on this node. */
    Optional<Broker> broker();

    /**
     * Hands a request to the other node that leads; empty when none is known. Fails with {@link NotForwardedException} when that
     * node did nothing of it; after any other failure its fate is unknown. Cancelling the future tells the other node.
     */
    Optional<CompletableFuture<byte[]>> forward(byte[] request);

    /** Completes when the answers of the other two methods may have become different from what they were at this call. */
    CompletableFuture<Void> change();

    /** A node that is alone: its own broker or nobody. */
    static Leader alone(Supplier<Optional<Broker>> active) {
        return new Leader() {
            @Override
            public Optional<Broker> broker() {
                return active.get();
            }

            @Override
            public Optional<CompletableFuture<byte[]>> forward(byte[] request) {
                return Optional.empty();
            }

            @Override
            public CompletableFuture<Void> change() {
                return new CompletableFuture<>();
            }
        };
    }
}
