/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.core.queue.NotForwardedException;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.PeerService;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** CMQ requests that came in at another node and are served here, where the broker is. */
final class ForwardingService implements PeerService {
    static final String NAME = "cmq";

    private final Function<byte[], CompletableFuture<byte[]>> requests;

    ForwardingService(Function<byte[], CompletableFuture<byte[]>> requests) {
        this.requests = requests;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletableFuture<byte[]> call(byte[] request) {
        return HandedOn.of(requests.apply(request), ForwardingService::meaning);
    }

    private static Throwable meaning(Throwable failure) {
        return failure instanceof NotForwardedException
                ? new PeerRefusal(String.valueOf(failure.getMessage()))
                : failure;
    }
}
