/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import java.time.Duration;

/** The attributes of a queue that are numbers: CMQ's name, CMQ's range, and their place in {@link QueueAttributes}. */
public enum Attribute {
    MAX_MESSAGES("maxMsgHeapNum", 1_000_000, 1_000_000_000) {
        @Override
        public long of(QueueAttributes queue) {
            return queue.maxMessages();
        }

        @Override
        QueueAttributes applyTo(QueueAttributes queue, long value) {
            return queue.withMaxMessages(value);
        }
    },
    POLLING_WAIT("pollingWaitSeconds", 0, 30) {
        @Override
        public long of(QueueAttributes queue) {
            return queue.pollingWait().toSeconds();
        }

        @Override
        QueueAttributes applyTo(QueueAttributes queue, long value) {
            return queue.withPollingWait(Duration.ofSeconds(value));
        }
    },
    VISIBILITY_TIMEOUT("visibilityTimeout", 1, 43_200) {
        @Override
        public long of(QueueAttributes queue) {
            return queue.visibilityTimeout().toSeconds();
        }

        @Override
        QueueAttributes applyTo(QueueAttributes queue, long value) {
            return queue.withVisibilityTimeout(Duration.ofSeconds(value));
        }
    },
    /** Its upper end is the smaller of CMQ's and the configured {@code Limits.messageBytes}. */
    MAX_MESSAGE_BYTES("maxMsgSize", 1024, 1_048_576) {
        @Override
        public long of(QueueAttributes queue) {
            return queue.maxMessageBytes();
        }

        @Override
        QueueAttributes applyTo(QueueAttributes queue, long value) {
            return queue.withMaxMessageBytes((int) value);
        }
    },
    RETENTION("msgRetentionSeconds", 30, 1_296_000) {
        @Override
        public long of(QueueAttributes queue) {
            return queue.retention().toSeconds();
        }

        @Override
        QueueAttributes applyTo(QueueAttributes queue, long value) {
            return queue.withRetention(Duration.ofSeconds(value));
        }
    },
    /** Bounded above by the queue's retention, with a refusal of its own. */
    REWIND("rewindSeconds", 0, Integer.MAX_VALUE) {
        @Override
        public long of(QueueAttributes queue) {
            return queue.rewind().toSeconds();
        }

        @Override
        QueueAttributes applyTo(QueueAttributes queue, long value) {
            return queue.withRewind(Duration.ofSeconds(value));
        }
    };

    private final String parameter;
    private final long min;
    private final long max;

    Attribute(String parameter, long min, long max) {
        this.parameter = parameter;
        this.min = min;
        this.max = max;
    }

    /** CMQ's name of the attribute, in requests and answers alike. */
    public String parameter() {
        return parameter;
    }

    /** The smallest value that CMQ allows. */
    public long min() {
        return min;
    }

    /** The greatest value that CMQ allows. */
    public long max() {
        return max;
    }

    /** The value of this attribute, in CMQ's unit. */
    public abstract long of(QueueAttributes queue);

    abstract QueueAttributes applyTo(QueueAttributes queue, long value);
}
