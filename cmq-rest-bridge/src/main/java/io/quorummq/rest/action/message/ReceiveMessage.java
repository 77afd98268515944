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

/** Leases one message to the caller, waiting for it if asked to. */
public final class ReceiveMessage implements Action {
    private final Queues queues;

    /** Works on these queues. */
    public ReceiveMessage(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletionStage<Reply> perform(Params params, Caller caller) {
        var queue = queues.get(params.queueName("queueName"));
        return MessageParams.receive(queue, 1, params, caller)
                .thenApply(messages -> Reply.of(json -> MessageParams.write(messages.get(0), json)));
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
