/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * How long the messages of a target are delayed: drawn evenly for each message, the same with the same seed.
 *
 * @param range empty for messages that are not delayed
 * @param unit what the target's protocol can say; a drawn delay is a multiple of it
 */
record Delays(Optional<DelayRange> range, From countedFrom, Duration unit, long seed) {
    /** More messages than a producer sends, so that no two messages of a round draw with the same seed. */
    private static final int PRODUCER_SHIFT = 32;

    static Delays none() {
        return new Delays(Optional.empty(), From.SEND, Duration.ofMillis(1), 0);
    }

    /**
     * What is left of the delay of a message that is sent now; never negative, a multiple of the unit.
     *
     * @param sinceStart the age of the round
     */
    Duration left(int producer, long number, Duration sinceStart) {
        if (range.isEmpty()) {
            return Duration.ZERO;
        }
        long least = units(range.get().from());
        long most = units(range.get().to());
        var random = new SplittableRandom(seed + ((long) producer << PRODUCER_SHIFT) + number);
        var drawn = unit.multipliedBy(random.nextLong(least, most + 1));
        if (countedFrom == From.SEND) {
            return drawn;
        }
        var left = drawn.minus(sinceStart);
        // Rounded up: a message that came at its due time would else have come early.
        return left.isNegative() || left.isZero() ? Duration.ZERO : unit.multipliedBy(units(left.minusNanos(1)) + 1);
    }

    private long units(Duration duration) {
        return duration.dividedBy(unit);
    }

    /** The time from which a delay counts. */
    enum From {
        /** Each message's own send: due times spread over the time that the sending takes as well. */
        SEND,
        /** The start of the round: everything is due between the two bounds, however long the sending takes. */
        START;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
