/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action.message;

import io.quorummq.core.CmqError;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.queue.Queues;
import io.quorummq.rest.action.Action;
import io.quorummq.rest.action.Caller;
import io.quorummq.rest.action.Params;
import io.quorummq.rest.action.Reply;
import java.util.concurrent.CompletionStage;

/** Puts up to 16 messages into a queue, all or none, and answers once they are durable. */
public final class BatchSendMessage implements Action {
    private final Queues queues;

    /** Works on these queues. */
    public BatchSendMessage(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletionStage<Reply> perform(Params params, Caller caller) {
        var queue = queues.get(params.queueName("queueName"));
        var delay = MessageParams.delay(params);
        var messages = params.array("msgBody", queues.limits().batchMessages()).stream()
                .map(body -> new NewMessage(body, delay))
                .toList();
        return MessageParams.send(queue, messages, params)
                .thenApply(ids -> Reply.of(json -> {
                    json.writeArrayFieldStart("msgList");
                    for (var id : ids) {
                        json.writeStartObject();
                        json.writeStringField("msgId", id.toString());
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                }));
    }

    @Override
    public CmqError failure() {
        return CmqError.SEND_FAILED;
    }
}
