/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action.queue;

import io.quorummq.core.CmqError;
import io.quorummq.core.queue.Queues;
import io.quorummq.rest.action.Action;
import io.quorummq.rest.action.Caller;
import io.quorummq.rest.action.Params;
import io.quorummq.rest.action.Reply;
import java.util.concurrent.CompletionStage;

/** Changes the attributes that the caller gives; the queue obeys CMQ's limits from then on. */
public final class SetQueueAttributes implements Action {
    private final Queues queues;

    /** Works on these queues. */
    public SetQueueAttributes(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletionStage<Reply> perform(Params params, Caller caller) {
        return queues.get(params.queueName("queueName"))
                .set(AttributeParams.changes(params))
                .thenApply(queue -> Reply.of(json -> AttributeParams.write(queue, json)));
    }

    @Override
    public CmqError failure() {
        return CmqError.SET_ATTRIBUTES_FAILED;
    }
}
