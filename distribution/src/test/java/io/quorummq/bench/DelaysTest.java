/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DelaysTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void delaysAreDrawnEvenlyFromTheWholeRangeInWholeUnits() {
        var drawn = drawn(delays("3s..6s", Delays.From.SEND, 7), 4000);

        for (int seconds = 3; seconds <= 6; seconds++) {
            var delay = Duration.ofSeconds(seconds);
            assertThat(drawn.stream().filter(delay::equals).count()).isBetween(900L, 1100L);
        }
    }

    @Test
    void theSameSeedDrawsTheSameDelays() {
        var first = drawn(delays("1s..90d", Delays.From.SEND, 7), 100);

        assertThat(drawn(delays("1s..90d", Delays.From.SEND, 7), 100)).isEqualTo(first);
        assertThat(drawn(delays("1s..90d", Delays.From.SEND, 8), 100)).isNotEqualTo(first);
    }

    @Test
    void aDelayFromTheStartShrinksWithTheAgeOfTheRoundButNeverEndsTooEarly() {
        var delays = delays("10s", Delays.From.START, 7);

        assertThat(delays.left(0, 0, Duration.ZERO)).hasSeconds(10);
        assertThat(delays.left(0, 0, Duration.ofMillis(3500))).hasSeconds(7);
        assertThat(delays.left(0, 0, Duration.ofSeconds(4))).hasSeconds(6);
        assertThat(delays.left(0, 0, Duration.ofMillis(9999))).hasSeconds(1);
        assertThat(delays.left(0, 0, Duration.ofSeconds(10))).isZero();
        assertThat(delays.left(0, 0, Duration.ofSeconds(11))).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "500ms, 500, 500, 500ms",
        "90s, 90000, 90000, 90s",
        "120s, 120000, 120000, 2m",
        "1h..90d, 3600000, 7776000000, 1h..90d",
        "0s..1500ms, 0, 1500, 0s..1500ms",
    })
    void aRangeIsReadWithItsUnits(String text, long from, long to, String shown) {
        var range = DelayRange.parse("--delay=" + text, text);

        assertThat(range.from()).hasMillis(from);
        assertThat(range.to()).hasMillis(to);
        assertThat(range).hasToString(shown);
    }

    @ParameterizedTest
    @CsvSource({
        "10, such as 500ms",
        "-1s, such as 500ms",
        "1s.., such as 500ms",
        "1w, such as 500ms",
        "2s..1s, FROM not longer than TO",
        "1s..366d, to 365d",
    })
    void aWrongRangeSaysWhatIsAllowed(String text, String allowed) {
        assertThatThrownBy(() -> DelayRange.parse("--delay=" + text, text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("--delay=" + text + ", allowed: ")
                .hasMessageContaining(allowed);
    }

    private static List<Duration> drawn(Delays delays, int messages) {
        return LongStream.range(0, messages)
                .mapToObj(number -> delays.left(1, number, Duration.ZERO))
                .toList();
    }

    private static Delays delays(String range, Delays.From from, long seed) {
        return new Delays(Optional.of(DelayRange.parse("--delay", range)), from, SECOND, seed);
    }
}
