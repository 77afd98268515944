/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action.message;

import io.quorummq.core.CmqError;
import io.quorummq.core.message.ReceiptHandle;
import io.quorummq.core.queue.Queues;
import io.quorummq.rest.action.Action;
import io.quorummq.rest.action.Caller;
import io.quorummq.rest.action.Params;
import io.quorummq.rest.action.Reply;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Deletes the messages that up to 16 receipt handles lease, and lists the handles that lease none. */
public final class BatchDeleteMessage implements Action {
    private final Queues queues;

    /** Works on these queues. */
    public BatchDeleteMessage(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletionStage<Reply> perform(Params params, Caller caller) {
        var queue = queues.get(params.queueName("queueName"));
        var texts = params.array("receiptHandle", queues.limits().batchMessages());
        var handles = new ArrayList<ReceiptHandle>();
        var invalid = new LinkedHashSet<String>();
        for (var text : texts) {
            MessageParams.handle(text).ifPresentOrElse(handles::add, () -> invalid.add(text));
        }
        CompletionStage<List<ReceiptHandle>> deleted =
                handles.isEmpty() ? CompletableFuture.completedStage(List.of()) : queue.delete(handles);
        return deleted.thenApply(refused -> {
            refused.forEach(handle -> invalid.add(handle.toString()));
            return reply(texts, invalid);
        });
    }

    private static Reply reply(List<String> texts, Set<String> invalid) {
        var errors = texts.stream().filter(text -> isInvalid(text, invalid)).toList();
        if (errors.isEmpty()) {
            return Reply.done();
        }
        var outcome = errors.size() == texts.size() ? CmqError.DELETE_FAILED : CmqError.PARTIAL_DELETE;
        var refusal = CmqError.RECEIPT_HANDLE_INVALID.exception();
        return new Reply(outcome, json -> {
            json.writeArrayFieldStart("errorList");
            for (var text : errors) {
                json.writeStartObject();
                json.writeNumberField("code", refusal.error().code());
                json.writeStringField("message", refusal.message());
                json.writeStringField("receiptHandle", text);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /** The handle of a text such as "007" is answered by the broker as "7". */
    private static boolean isInvalid(String text, Set<String> invalid) {
        return invalid.contains(text)
                || MessageParams.handle(text)
                        .filter(handle -> invalid.contains(handle.toString()))
                        .isPresent();
    }

    @Override
    public CmqError failure() {
        return CmqError.DELETE_MESSAGE_FAILED;
    }
}
