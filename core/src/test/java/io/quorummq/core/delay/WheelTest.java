/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.delay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a message waits, and when its bucket has to be looked at. */
final class WheelTest {
    private static final long NOON = Instant.parse("2026-03-01T12:00:30Z").toEpochMilli();

    @ParameterizedTest
    @CsvSource({
        "PT1S, minute",
        "PT59M, minute",
        "PT1H, hour",
        "PT23H59M, hour",
        "PT24H, day",
        "P90D, day",
        "P366D, day",
    })
    void aMessageWaitsInTheRingOfItsDistance(Duration delay, String ring) {
        var bucket = Wheel.place(NOON + delay.toMillis(), NOON);

        assertThat(bucket.ring().name()).isEqualTo(ring);
        assertThat(bucket.isFine()).isEqualTo("minute".equals(ring));
        assertThat(Wheel.bucket(bucket.name())).contains(bucket);
    }

    @ParameterizedTest
    @CsvSource({"minute", "minute.", "minute.-1", "minute.01", "minute.90", "hour.28", "day.384", "week.1", "day.1.2"})
    void whatIsNoBucketHasNone(String name) {
        assertThat(Wheel.bucket(name)).isEmpty();
    }

    /** The promises that movers rely on, for any time and any delay. */
    @Test
    void everyMessageGoesDownRingByRingAndIsLookedAtInTime() {
        var seed = new Random().nextLong();
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++) {
            var sent = NOON + random.nextInt(1 << 30);
            var due = sent
                    + 1
                    + (long) (random.nextDouble()
                            * random.nextDouble()
                            * Duration.ofDays(366).toMillis());
            var bucket = Wheel.place(due, sent);
            var moves = 0;
            while (!bucket.isFine()) {
                // at the earliest: when the bucket is looked at because of the first message that can lie in it
                var firstOfBucket =
                        due - Math.floorMod(due, bucket.ring().width().toMillis());
                var visit = Math.max(sent, bucket.visitAt(firstOfBucket));
                var next = Wheel.moveOn(due, visit);
                assertThat(visit).as("seed %d: %s", seed, bucket).isLessThan(due);
                assertThat(next.ring().width()).isLessThan(bucket.ring().width());
                bucket = next;
                moves++;
            }
            assertThat(moves).as("seed %d", seed).isLessThanOrEqualTo(2);
            assertThat(bucket.visitAt(due)).isEqualTo(due - Wheel.READ_AHEAD.toMillis());
        }
    }

    @Test
    void aMessageOfALaterRoundStaysInItsBucket() {
        var due = NOON + Duration.ofDays(300).toMillis();
        var bucket = Wheel.place(due, NOON);

        assertThat(Wheel.moveOn(due, NOON + Duration.ofDays(1).toMillis())).isEqualTo(bucket);
    }
}
