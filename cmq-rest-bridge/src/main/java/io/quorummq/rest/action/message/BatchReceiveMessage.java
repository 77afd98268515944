/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action.message;

import io.quorummq.core.CmqError;
import io.quorummq.core.queue.Queues;
import io.quorummq.rest.action.Action;
import io.quorummq.rest.action.Caller;
import io.quorummq.rest.action.Params;
import io.quorummq.rest.action.Reply;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Leases up to 16 messages to the caller, waiting for the first one if asked to. */
public final class BatchReceiveMessage implements Action {
    private final Queues queues;

    /** Works on these queues. */
    public BatchReceiveMessage(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletionStage<Reply> perform(Params params, Caller caller) {
        var queue = queues.get(params.queueName("queueName"));
        var most = params.integer("numOfMsg").orElseThrow(() -> CmqError.MISSING_PARAMETER.naming("numOfMsg"));
        return MessageParams.receive(queue, most, params, caller)
                .thenApply(messages -> Reply.of(json -> {
                    json.writeArrayFieldStart("msgInfoList");
                    for (var message : messages) {
                        json.writeStartObject();
                        MessageParams.write(message, json);
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                }));
    }

    @Override
    public Optional<Duration> pollingTime(Params params) {
        return Optional.of(MessageParams.pollingTime(params));
    }

    @Override
    public CmqError failure() {
        return CmqError.RECEIVE_FAILED;
    }
}
