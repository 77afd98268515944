/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action.queue;

import io.quorummq.core.CmqError;
import io.quorummq.core.queue.Queues;
import io.quorummq.rest.action.Action;
import io.quorummq.rest.action.Caller;
import io.quorummq.rest.action.Params;
import io.quorummq.rest.action.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Lists the queues whose dead letters go to one queue, a page at a time. */
public final class ListDeadLetterSourceQueues implements Action {
    private final Queues queues;

    /** Works on these queues. */
    public ListDeadLetterSourceQueues(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletionStage<Reply> perform(Params params, Caller caller) {
        var page = queues.deadLetterSources(params.queueName("deadLetterQueueName"), Pages.query(params));
        return CompletableFuture.completedStage(Reply.of(json -> Pages.write(page, json)));
    }

    @Override
    public boolean onlyReads() {
        return true;
    }

    @Override
    public CmqError failure() {
        return CmqError.LIST_QUEUE_FAILED;
    }
}
