/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action.queue;

import io.quorummq.core.queue.Queues;
import io.quorummq.rest.action.Action;
import io.quorummq.rest.action.Caller;
import io.quorummq.rest.action.Params;
import io.quorummq.rest.action.Reply;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Tells where a queue is served: at the advertised addresses, else where the caller reached us. */
public final class QueryQueueRoute implements Action {
    private final Queues queues;
    private final List<String> advertisedAddresses;

    /** @param advertisedAddresses empty: the Host of each request */
    public QueryQueueRoute(Queues queues, List<String> advertisedAddresses) {
        this.queues = queues;
        this.advertisedAddresses = advertisedAddresses;
    }

    @Override
    public CompletionStage<Reply> perform(Params params, Caller caller) {
        queues.get(params.queueName("queueName"));
        var addresses = advertisedAddresses.isEmpty() ? List.of(caller.host()) : advertisedAddresses;
        return CompletableFuture.completedStage(Reply.of(json -> {
            json.writeArrayFieldStart("addr");
            for (var address : addresses) {
                json.writeString(address);
            }
            json.writeEndArray();
        }));
    }

    @Override
    public boolean onlyReads() {
        return true;
    }
}
