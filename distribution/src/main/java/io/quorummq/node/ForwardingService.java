/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.core.queue.NotForwardedException;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.PeerService;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
        var work = requests.apply(request);
        var answer = new CompletableFuture<byte[]>();
        var unused = work.whenComplete((reply, failure) -> {
            var cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause == null) {
                answer.complete(reply);
            } else if (cause instanceof NotForwardedException refused) {
                answer.completeExceptionally(new PeerRefusal(String.valueOf(refused.getMessage())));
            } else {
                answer.completeExceptionally(cause);
            }
        });
        var unusedToo = answer.whenComplete((reply, failure) -> {
            if (failure instanceof CancellationException) {
                work.cancel(false);
            }
        });
        return answer;
    }
}
