/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action.queue;

import io.quorummq.core.queue.Queues;
import io.quorummq.rest.action.Action;
import io.quorummq.rest.action.Caller;
import io.quorummq.rest.action.Params;
import io.quorummq.rest.action.Reply;
import java.util.concurrent.CompletionStage;

/** Deletes every message of a queue, in whatever state. */
public final class ClearQueue implements Action {
    private final Queues queues;

    /** Works on these queues. */
    public ClearQueue(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletionStage<Reply> perform(Params params, Caller caller) {
        return queues.get(params.queueName("queueName")).clear().thenApply(cleared -> Reply.done());
    }
}
