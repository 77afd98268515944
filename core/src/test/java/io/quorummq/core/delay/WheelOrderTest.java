/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.delay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class WheelOrderTest {
    private static final long NOW = Instant.parse("2026-11-28T23:59:30Z").toEpochMilli();

    @Test
    void whatBecameDueDuringAFailoverComesBeforeWhatIsDueInAnHour() {
        var buckets = LongStream.of(
                        -Duration.ofMinutes(5).toMillis(),
                        -Duration.ofMinutes(1).toMillis(),
                        0,
                        Duration.ofMinutes(3).toMillis(),
                        Duration.ofMinutes(50).toMillis())
                .mapToObj(ahead -> Wheel.place(NOW + ahead, NOW + ahead))
                .toList();
        var shuffled =
                LongStream.of(4, 2, 0, 3, 1).mapToObj(i -> buckets.get((int) i)).toList();

        assertThat(shuffled.stream().sorted(Wheel.byTime(NOW)).toList()).isEqualTo(buckets);
    }

    @Test
    void coarseBucketsAreLookedAtAfterFineOnes() {
        var yesterday = Wheel.place(
                NOW - Duration.ofDays(1).toMillis(), NOW - Duration.ofDays(30).toMillis());
        var inAYear = Wheel.place(NOW + Duration.ofDays(365).toMillis(), NOW);
        var inAnHour = Wheel.moveOn(NOW + Duration.ofMinutes(62).toMillis(), NOW);

        assertThat(Stream.of(inAYear, yesterday, inAnHour)
                        .sorted(Wheel.byTime(NOW))
                        .toList())
                .containsExactly(inAnHour, yesterday, inAYear);
    }
}
