/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.message;

/** What a sender calls one send, so that the queue stores it once however often it is repeated. */
public record DeduplicationId(String value) {
    /** The most characters of an id. */
    public static final int LENGTH_MAX = 127;

    /** Refuses what is not valid. */
    public DeduplicationId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not a deduplication id: " + value);
        }
    }

    /** Whether a text is 1 to 127 visible characters of ASCII. */
    public static boolean isValid(String text) {
        return !text.isEmpty() && text.length() <= LENGTH_MAX && text.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }

    @Override
    public String toString() {
        return value;
    }
}
