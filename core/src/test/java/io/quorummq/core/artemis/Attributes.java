/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.queue.DeadLetterPolicy;
import io.quorummq.core.queue.QueueAttributes;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** CMQ's default attributes but for one, which may be smaller than CMQ's callers can make it. */
final class Attributes {
    private static final QueueAttributes STANDARD = QueueAttributes.DEFAULT;

    private Attributes() {}

    static QueueAttributes visibility(Duration timeout) {
        return of(STANDARD.maxMessages(), timeout, STANDARD.maxMessageBytes(), STANDARD.retention(), null);
    }

    static QueueAttributes visibility(int seconds) {
        return visibility(Duration.ofSeconds(seconds));
    }

    static QueueAttributes visibility(int seconds, DeadLetterPolicy policy) {
        return visibility(seconds).withDeadLetterPolicy(policy);
    }

    static QueueAttributes maxMessageBytes(int bytes) {
        return of(STANDARD.maxMessages(), STANDARD.visibilityTimeout(), bytes, STANDARD.retention(), null);
    }

    static QueueAttributes maxMessages(long messages) {
        return of(messages, STANDARD.visibilityTimeout(), STANDARD.maxMessageBytes(), STANDARD.retention(), null);
    }

    static QueueAttributes retention(Duration retention) {
        return of(STANDARD.maxMessages(), STANDARD.visibilityTimeout(), STANDARD.maxMessageBytes(), retention, null);
    }

    /** With bodies of up to 2 MiB. */
    static QueueAttributes deadLetters(DeadLetterPolicy policy) {
        return of(STANDARD.maxMessages(), STANDARD.visibilityTimeout(), 2 << 20, STANDARD.retention(), policy);
    }

    private static QueueAttributes of(
            long maxMessages,
            Duration visibilityTimeout,
            int maxMessageBytes,
            Duration retention,
            @Nullable DeadLetterPolicy policy) {
        return new QueueAttributes(
                maxMessages,
                STANDARD.pollingWait(),
                visibilityTimeout,
                maxMessageBytes,
                retention,
                STANDARD.rewind(),
                Optional.ofNullable(policy));
    }
}
