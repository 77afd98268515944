/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.util.HexFormat;
import java.util.Optional;

/**
 * What the first bytes of every body say: which run, producer and message it is, and when it was due, on the clock of
 * this process.
 *
 * @param due of a delayed message when its delay has passed
 * @param wallDue the same in milliseconds on the wall clock, of a delayed message; else 0
 */
record Stamp(int run, int producer, long number, long due, long wallDue) {
    /** Shortest body that holds a stamp. */
    static final int BYTES = 2 + 8 + 4 + 12 + 16 + 12;

    static final int PRODUCERS_MAX = 0xffff;

    private static final String MARK = "QB";
    private static final int DUE_END = 42;
    private static final HexFormat HEX = HexFormat.of();

    boolean isDelayed() {
        return wallDue != 0;
    }

    /** A body of ASCII text: the stamp and a padding made once per run. */
    String body(String padding) {
        return MARK
                + HEX.toHexDigits(run)
                + HEX.toHexDigits((short) producer)
                + HEX.toHexDigits(number, 12)
                + HEX.toHexDigits(due)
                + HEX.toHexDigits(wallDue, BYTES - DUE_END)
                + padding;
    }

    /** What follows the stamp in a body of that size. */
    static String padding(int size) {
        return "x".repeat(size - BYTES);
    }

    /** The stamp of a body; empty for a body that no bench made. */
    static Optional<Stamp> of(String body) {
        if (body.length() < BYTES || !body.startsWith(MARK)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Stamp(
                    HexFormat.fromHexDigits(body, 2, 10),
                    HexFormat.fromHexDigits(body, 10, 14),
                    HexFormat.fromHexDigitsToLong(body, 14, 26),
                    HexFormat.fromHexDigitsToLong(body, 26, DUE_END),
                    HexFormat.fromHexDigitsToLong(body, DUE_END, BYTES)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
