/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action.message;

import io.quorummq.core.CmqError;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.queue.Queues;
import io.quorummq.rest.action.Action;
import io.quorummq.rest.action.Caller;
import io.quorummq.rest.action.Params;
import io.quorummq.rest.action.Reply;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Puts one message into a queue and answers once it is durable. */
public final class SendMessage implements Action {
    private final Queues queues;

    /** Works on these queues. */
    public SendMessage(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletionStage<Reply> perform(Params params, Caller caller) {
        var queue = queues.get(params.queueName("queueName"));
        var message = new NewMessage(MessageParams.body(params), MessageParams.delay(params));
        return MessageParams.send(queue, List.of(message), params)
                .thenApply(ids -> Reply.of(
                        json -> json.writeStringField("msgId", ids.get(0).toString())));
    }

    @Override
    public CmqError failure() {
        return CmqError.SEND_FAILED;
    }
}
