/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action.message;

import io.quorummq.core.CmqError;
import io.quorummq.core.queue.Queues;
import io.quorummq.rest.action.Action;
import io.quorummq.rest.action.Caller;
import io.quorummq.rest.action.Params;
import io.quorummq.rest.action.Reply;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Deletes the message that a receipt handle leases. */
public final class DeleteMessage implements Action {
    private final Queues queues;

    /** Works on these queues. */
    public DeleteMessage(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletionStage<Reply> perform(Params params, Caller caller) {
        var queue = queues.get(params.queueName("queueName"));
        var text = params.required("receiptHandle");
        var handle = MessageParams.handle(text)
                .orElseThrow(() -> CmqError.RECEIPT_HANDLE_INVALID.because("receiptHandle", text));
        return queue.delete(List.of(handle)).thenApply(refused -> {
            if (!refused.isEmpty()) {
                throw CmqError.RECEIPT_HANDLE_INVALID.because("receiptHandle", text);
            }
            return Reply.done();
        });
    }

    @Override
    public CmqError failure() {
        return CmqError.DELETE_MESSAGE_FAILED;
    }
}
