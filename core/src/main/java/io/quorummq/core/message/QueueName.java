/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.message;

import io.quorummq.core.CmqError;

/**
 * The name of a CMQ queue: a letter, then letters, digits, hyphens or underscores, 64 characters at most. CMQ compares
 * names without regard to case; JMS and AMQP do not, so the spelling is kept.
 */
public record QueueName(String value) {
    private static final int LENGTH_MAX = 64;

    /** Refuses with 4000/10020 what CMQ's grammar does not allow. */
    public QueueName {
        if (!isValid(value)) {
            throw CmqError.QUEUE_NAME_FORMAT.because("queueName", value);
        }
    }

    /** Whether CMQ's grammar allows this name, so that CMQ callers may see the queue. */
    public static boolean isValid(String value) {
        if (value.isEmpty() || value.length() > LENGTH_MAX || !isLetter(value.charAt(0))) {
            return false;
        }
        for (var i = 1; i < value.length(); i++) {
            var c = value.charAt(i);
            if (!isLetter(c) && (c < '0' || c > '9') && c != '-' && c != '_') {
                return false;
            }
        }
        return true;
    }

    /** Whether CMQ takes both for the same queue. */
    public boolean matches(QueueName other) {
        return value.equalsIgnoreCase(other.value);
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    @Override
    public String toString() {
        return value;
    }
}
