/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.message;

import io.quorummq.core.CmqError;
import java.util.regex.Pattern;

/**
 * The name of a CMQ queue: a letter, then letters, digits, hyphens or underscores, 64 characters at most. CMQ compares
 * names without regard to case; JMS and AMQP do not, so the spelling is kept.
 */
public record QueueName(String value) {
    private static final Pattern VALID = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

    /** Refuses with 4000/10020 what CMQ's grammar does not allow. */
    public QueueName {
        if (!isValid(value)) {
            throw CmqError.QUEUE_NAME_FORMAT.because("queueName", value);
        }
    }

    /** Whether CMQ's grammar allows this name, so that CMQ callers may see the queue. */
    public static boolean isValid(String value) {
        return VALID.matcher(value).matches();
    }

    /** Whether CMQ takes both for the same queue. */
    public boolean matches(QueueName other) {
        return value.equalsIgnoreCase(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
