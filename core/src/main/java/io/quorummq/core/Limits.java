/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core;

import java.time.Duration;

/**
 * CMQ's bounds, in the wider of the values that its two documented generations name; the longest delay is wider than both.
 *
 * @param queues most governed queues; queues that only JMS or AMQP use are not counted
 * @param batchMessages most messages of one batch call
 * @param batchBytes most bytes of all bodies of one batch send together
 * @param messageBytes the greatest maxMsgSize of a queue, and most bytes of one body on a queue that CMQ does not govern
 * @param delay the longest delaySeconds of a send
 * @param deadLetterSources most queues that share one dead-letter queue
 * @param strictNames whether new queues obey the older grammar of names, which has no underscore
 */
public record Limits(
        int queues,
        int batchMessages,
        int batchBytes,
        int messageBytes,
        Duration delay,
        int deadLetterSources,
        boolean strictNames) {
    /** The smallest maxMsgSize that a queue can have. */
    public static final int MESSAGE_BYTES_MIN = 1024;

    /** What holds when nothing is configured. */
    public static final Limits DEFAULT = new Limits(1000, 16, 1 << 20, 1 << 20, Duration.ofDays(365), 6, false);

    /** Refuses bounds that contradict each other. */
    public Limits {
        if (queues < 1 || batchMessages < 1 || deadLetterSources < 1 || batchBytes < 1) {
            throw new IllegalArgumentException("every limit is at least 1: queues " + queues + ", batchMessages "
                    + batchMessages + ", batchBytes " + batchBytes + ", deadLetterSources " + deadLetterSources);
        }
        if (messageBytes < MESSAGE_BYTES_MIN) {
            throw new IllegalArgumentException("messageBytes " + messageBytes + " is less than " + MESSAGE_BYTES_MIN);
        }
        if (delay.isNegative()) {
            throw new IllegalArgumentException("negative delay " + delay);
        }
    }

    /** These bounds with another longest delay. */
    public Limits withDelay(Duration longest) {
        return new Limits(queues, batchMessages, batchBytes, messageBytes, longest, deadLetterSources, strictNames);
    }

    /** These bounds with another greatest number of queues. */
    public Limits withQueues(int most) {
        return new Limits(most, batchMessages, batchBytes, messageBytes, delay, deadLetterSources, strictNames);
    }

    /** These bounds with another greatest body. */
    public Limits withMessageBytes(int most) {
        return new Limits(queues, batchMessages, batchBytes, most, delay, deadLetterSources, strictNames);
    }

    /** These bounds with the older or the newer grammar of names. */
    public Limits withStrictNames(boolean strict) {
        return new Limits(queues, batchMessages, batchBytes, messageBytes, delay, deadLetterSources, strict);
    }
}
