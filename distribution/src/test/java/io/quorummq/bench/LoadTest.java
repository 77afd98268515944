/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LoadTest {
    private final ManualClock clock = new ManualClock(Long.MAX_VALUE - 1000);

    @Test
    void aStallShowsInEveryMessageThatWasDueInIt() {
        var load = begun(settings(OptionalDouble.of(10), OptionalLong.empty()));
        var schedule = load.schedule(0, 1);

        // given a broker that answers nothing for the first second
        clock.passes(Duration.ofSeconds(1));
        for (int number = 0; number < 10; number++) {
            load.confirmed(0, number, schedule.due(number, clock.now()));
        }

        var latency = load.meter().confirmLatency().total();
        assertThat(latency.getTotalCount()).isEqualTo(10);
        assertThat(latency.getMaxValue() / 1000).isBetween(999L, 1001L);
        assertThat(latency.getValueAtPercentile(50) / 1000).isBetween(499L, 501L);
    }

    @Test
    void whatWasDueBeforeTheEndIsSentHoweverLate() {
        var load = begun(settings(OptionalDouble.of(10), OptionalLong.empty()));
        var schedule = load.schedule(0, 1);

        clock.passes(Duration.ofSeconds(20));

        assertThat(load.grant(1, schedule.due(49, clock.now()))).isEqualTo(1);
        assertThat(load.grant(1, schedule.due(50, clock.now()))).isZero();
    }

    @Test
    void aNumberOfMessagesIsNeverExceeded() {
        var load = begun(settings(OptionalDouble.empty(), OptionalLong.of(20)));

        assertThat(load.grant(16, clock.now())).isEqualTo(16);
        assertThat(load.grant(16, clock.now())).isEqualTo(4);
        assertThat(load.grant(16, clock.now())).isZero();
    }

    @Test
    void lossDuplicatesAndMessagesOfOthersAreToldApart() {
        var load = begun(settings(OptionalDouble.empty(), OptionalLong.empty()));
        for (int number = 0; number < 3; number++) {
            load.confirmed(0, number, clock.now());
        }

        load.received(Stamp.of(load.body(0, 0, clock.now())));
        load.received(Stamp.of(load.body(0, 0, clock.now())));
        load.received(Stamp.of(load.body(0, 1, clock.now())));
        load.received(Stamp.of(new Stamp(77, 0, 2, clock.now()).body("")));
        load.received(Optional.empty());

        assertThat(load.ledger().confirmed()).isEqualTo(3);
        assertThat(load.ledger().missing()).isEqualTo(1);
        assertThat(load.meter().duplicateCount()).isEqualTo(1);
        assertThat(load.meter().foreignCount()).isEqualTo(2);
        assertThat(load.allReceived()).isFalse();

        load.received(Stamp.of(load.body(0, 2, clock.now())));

        assertThat(load.allReceived()).isTrue();
    }

    @Test
    void aStampSurvivesTheBodyWhichHasTheWantedSize() {
        var load = begun(settings(OptionalDouble.empty(), OptionalLong.empty()));

        var body = load.body(3, 123_456_789, -5);

        assertThat(body).hasSize(1024);
        assertThat(Stamp.of(body)).contains(new Stamp(42, 3, 123_456_789, -5));
        assertThat(Stamp.of("QBzz" + body)).isEmpty();
        assertThat(Stamp.of("short")).isEmpty();
    }

    private Load begun(BenchSettings settings) {
        var load = new Load(settings, clock, 42);
        load.begin();
        return load;
    }

    private static BenchSettings settings(OptionalDouble rate, OptionalLong messages) {
        return new BenchSettings(
                BenchSettings.Mode.LOAD,
                1,
                1,
                List.of("q"),
                1024,
                1,
                rate,
                messages,
                Duration.ZERO,
                Duration.ofSeconds(5),
                1,
                1,
                false,
                Duration.ofSeconds(1),
                Duration.ofSeconds(10));
    }
}
