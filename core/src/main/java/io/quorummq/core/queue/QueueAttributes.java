/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import java.time.Duration;
import java.util.Optional;

/**
 * How a CMQ queue behaves (section "attributes" of the CMQ queue API); immutable. Ranges are checked by
 * {@code AttributeChanges}, which is the only way a caller gets to change one.
 *
 * @param maxMessages most messages kept, in any state (maxMsgHeapNum)
 * @param pollingWait how long a receive waits that names no time of its own
 * @param visibilityTimeout how long a received message stays invisible
 * @param maxMessageBytes most bytes of one body
 * @param retention how long a message is kept after it was enqueued, whatever its state
 * @param rewind how long a deleted message is kept for rewinding; zero is off
 */
public record QueueAttributes(
        long maxMessages,
        Duration pollingWait,
        Duration visibilityTimeout,
        int maxMessageBytes,
        Duration retention,
        Duration rewind,
        Optional<DeadLetterPolicy> deadLetterPolicy) {
    /** What CreateQueue gives a queue where the caller says nothing. */
    public static final QueueAttributes DEFAULT = new QueueAttributes(
            100_000_000L,
            Duration.ZERO,
            Duration.ofSeconds(30),
            65536,
            Duration.ofSeconds(345_600),
            Duration.ZERO,
            Optional.empty());

    QueueAttributes withMaxMessages(long value) {
        return new QueueAttributes(
                value, pollingWait, visibilityTimeout, maxMessageBytes, retention, rewind, deadLetterPolicy);
    }

    QueueAttributes withPollingWait(Duration value) {
        return new QueueAttributes(
                maxMessages, value, visibilityTimeout, maxMessageBytes, retention, rewind, deadLetterPolicy);
    }

    QueueAttributes withVisibilityTimeout(Duration value) {
        return new QueueAttributes(
                maxMessages, pollingWait, value, maxMessageBytes, retention, rewind, deadLetterPolicy);
    }

    QueueAttributes withMaxMessageBytes(int value) {
        return new QueueAttributes(
                maxMessages, pollingWait, visibilityTimeout, value, retention, rewind, deadLetterPolicy);
    }

    QueueAttributes withRetention(Duration value) {
        return new QueueAttributes(
                maxMessages, pollingWait, visibilityTimeout, maxMessageBytes, value, rewind, deadLetterPolicy);
    }

    QueueAttributes withRewind(Duration value) {
        return new QueueAttributes(
                maxMessages, pollingWait, visibilityTimeout, maxMessageBytes, retention, value, deadLetterPolicy);
    }

    /** These attributes with this dead-letter policy. */
    public QueueAttributes withDeadLetterPolicy(DeadLetterPolicy policy) {
        return new QueueAttributes(
                maxMessages, pollingWait, visibilityTimeout, maxMessageBytes, retention, rewind, Optional.of(policy));
    }

    /** These attributes with dead-lettering off. */
    public QueueAttributes withoutDeadLetterPolicy() {
        return new QueueAttributes(
                maxMessages, pollingWait, visibilityTimeout, maxMessageBytes, retention, rewind, Optional.empty());
    }
}
