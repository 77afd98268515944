/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.message;

import java.util.Optional;

/**
 * The right to delete a received message: a random number of 63 bits, new at every receive; only the newest one of a
 * message is valid, and only until the message becomes visible again.
 */
public record ReceiptHandle(long value) {
    /** Refuses a negative number: a handle has 63 bits. */
    public ReceiptHandle {
        if (value < 0) {
            throw new IllegalArgumentException("a receipt handle is not negative: " + value);
        }
    }

    /** The handle that this text spells, or nothing when no handle of ours can look like it. */
    public static Optional<ReceiptHandle> parse(String text) {
        if (text.isEmpty() || text.length() > 19 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ReceiptHandle(Long.parseLong(text)));
        } catch (NumberFormatException tooLarge) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
