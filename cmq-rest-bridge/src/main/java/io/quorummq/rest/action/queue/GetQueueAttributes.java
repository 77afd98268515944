/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action.queue;

import io.quorummq.core.CmqError;
import io.quorummq.core.queue.Queues;
import io.quorummq.rest.action.Action;
import io.quorummq.rest.action.Caller;
import io.quorummq.rest.action.Params;
import io.quorummq.rest.action.Reply;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Tells a queue's attributes, and how many of its messages are in which state. */
public final class GetQueueAttributes implements Action {
    /** CMQ answers its quotas here; ours binds nobody. */
    private static final int BYTES_PER_SECOND = 52_428_800;

    private static final int REQUESTS_PER_SECOND = 5000;

    private final Queues queues;

    /** Works on these queues. */
    public GetQueueAttributes(Queues queues) {
        this.queues = queues;
    }

    @Override
    public CompletionStage<Reply> perform(Params params, Caller caller) {
        var queue = queues.get(params.queueName("queueName"));
        var counts = queue.counts();
        return CompletableFuture.completedStage(Reply.of(json -> {
            AttributeParams.write(queue, json);
            json.writeNumberField("activeMsgNum", counts.active());
            json.writeNumberField("inactiveMsgNum", counts.leased());
            json.writeNumberField("delayMsgNum", counts.delayed());
            // The documents and the SDKs spell this one in two ways.
            json.writeNumberField("rewindMsgNum", 0);
            json.writeNumberField("rewindmsgNum", 0);
            json.writeNumberField(
                    "minMsgTime", counts.oldest().map(Instant::getEpochSecond).orElse(0L));
            // CMQ has no such member; the published SDKs pass over what they do not know.
            json.writeNumberField(
                    "nextDelayedTime",
                    counts.nextDelayed().map(Instant::getEpochSecond).orElse(0L));
            json.writeNumberField("Bps", BYTES_PER_SECOND);
            json.writeNumberField("qps", REQUESTS_PER_SECOND);
            json.writeNumberField("createUin", 0);
            json.writeArrayFieldStart("tags");
            json.writeEndArray();
        }));
    }

    @Override
    public boolean onlyReads() {
        return true;
    }

    @Override
    public CmqError failure() {
        return CmqError.GET_ATTRIBUTES_FAILED;
    }
}
