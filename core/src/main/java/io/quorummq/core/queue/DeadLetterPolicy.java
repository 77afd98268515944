/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import io.quorummq.core.message.QueueName;
import java.time.Duration;

/** When a message leaves its queue for a dead-letter queue, and for which. */
public sealed interface DeadLetterPolicy {
    /** The queue that takes the dead letters. */
    QueueName target();

    /** The same policy with another queue for the dead letters. */
    DeadLetterPolicy withTarget(QueueName other);

    /** CMQ's policy 0: received {@code maxReceiveCount} times (1 to 1000) without a delete. */
    record ByReceiveCount(QueueName target, int maxReceiveCount) implements DeadLetterPolicy {
        @Override
        public DeadLetterPolicy withTarget(QueueName other) {
            return new ByReceiveCount(other, maxReceiveCount);
        }
    }

    /** CMQ's policy 1: not deleted {@code maxTimeToLive} (300 to 43200 s) after it was enqueued. */
    record ByAge(QueueName target, Duration maxTimeToLive) implements DeadLetterPolicy {
        @Override
        public DeadLetterPolicy withTarget(QueueName other) {
            return new ByAge(other, maxTimeToLive);
        }
    }
}
