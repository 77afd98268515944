/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action.queue;

import io.quorummq.core.queue.Queues;
import io.quorummq.rest.action.Action;
import io.quorummq.rest.action.Caller;
import io.quorummq.rest.action.Params;
import io.quorummq.rest.action.Reply;
import java.util.concurrent.CompletionStage;

/** Makes a queue with the attributes that the caller gives, and CMQ's defaults for the others. */
public final class CreateQueue implements Action {
    private final Queues queues;

    /** Works on these queues. */
    public CreateQueue(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletionStage<Reply> perform(Params params, Caller caller) {
        return queues.create(params.queueName("queueName"), AttributeParams.changes(params))
                .thenApply(created -> Reply.of(
                        json -> json.writeStringField("queueId", created.queue().id())));
    }
}
