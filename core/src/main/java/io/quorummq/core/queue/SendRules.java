/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import io.quorummq.core.CmqError;
import io.quorummq.core.message.QueueName;

/**
 * What a governed queue demands of every message that is sent to it, by whatever protocol; a queue that CMQ does not
 * govern demands nothing. Pure functions: they read no clock and no counter.
 */
public record SendRules(QueueName queue, boolean governed, int maxMessageBytes, long maxMessages) {
    /** The rules of this queue as it is now. */
    public static SendRules of(QueueRecord queue) {
        return new SendRules(
                queue.name(),
                queue.governed(),
                queue.attributes().maxMessageBytes(),
                queue.attributes().maxMessages());
    }

    /** Refuses with 4400/10230 a body of more bytes than the queue's maxMsgSize. */
    public void checkSize(long bodyBytes) {
        if (governed && bodyBytes > maxMessageBytes) {
            throw CmqError.MESSAGE_TOO_LARGE.because(
                    "message bytes", bodyBytes, "at most " + maxMessageBytes + " in queue " + queue);
        }
    }

    /** Refuses with 4410/10240 to add messages to a queue that would then hold more than its maxMsgHeapNum. */
    public void checkRoom(long messagesKept, int messagesAdded) {
        if (governed && messagesKept + messagesAdded > maxMessages) {
            throw CmqError.TOO_MANY_MESSAGES.because(
                    "messages", messagesKept, "at most " + maxMessages + " in queue " + queue);
        }
    }
}
