/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LoadTest {
    private final ManualClock clock = new ManualClock(Long.MAX_VALUE - 1000);
    private Instant wall = Instant.parse("2026-03-01T12:00:00Z");

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

        load.received(Stamp.of(load.body(0, 0, at(clock.now()))));
        load.received(Stamp.of(load.body(0, 0, at(clock.now()))));
        load.received(Stamp.of(load.body(0, 1, at(clock.now()))));
        load.received(Stamp.of(new Stamp(77, 0, 2, clock.now(), 0).body("")));
        load.received(Optional.empty());

        assertThat(load.ledger().confirmed()).isEqualTo(3);
        assertThat(load.ledger().missing()).isEqualTo(1);
        assertThat(load.meter().duplicateCount()).isEqualTo(1);
        assertThat(load.meter().foreignCount()).isEqualTo(2);
        assertThat(load.allReceived()).isFalse();

        load.received(Stamp.of(load.body(0, 2, at(clock.now()))));

        assertThat(load.allReceived()).isTrue();
    }

    @Test
    void aStampSurvivesTheBodyWhichHasTheWantedSize() {
        var load = begun(settings(OptionalDouble.empty(), OptionalLong.empty()));

        var body = load.body(3, 123_456_789, new Timing(Duration.ZERO, -5, 9));

        assertThat(body).hasSize(1024);
        assertThat(Stamp.of(body)).contains(new Stamp(42, 3, 123_456_789, -5, 9));
        assertThat(Stamp.of("QBzz" + body)).isEmpty();
        assertThat(Stamp.of("short")).isEmpty();
    }

    @Test
    void aDelayedMessageIsLateFromItsDueTime() {
        var load = delayed(Duration.ofSeconds(10));
        var body = body(load, 0);
        assertThat(load.lastEvent() - clock.now())
                .isEqualTo(Duration.ofSeconds(10).toNanos());

        passes(Duration.ofMillis(10_250));
        load.received(Stamp.of(body));

        var lateness = load.meter().lateness();
        assertThat(lateness.early()).isZero();
        assertThat(lateness.micros().getMaxValue() / 1000).isEqualTo(250);
        assertThat(lateness.shareWithinSecond()).isEqualTo(1);
        assertThat(load.meter().endToEndLatency().total().getMaxValue() / 1000).isEqualTo(250);
    }

    @Test
    void aMessageIsEarlyByMoreThanTheMillisecondOfItsTimes() {
        var load = delayed(Duration.ofSeconds(10));
        var first = body(load, 0);
        var second = body(load, 1);

        passes(Duration.ofMillis(9_980));
        load.received(Stamp.of(first));
        passes(Duration.ofMillis(19));
        load.received(Stamp.of(second));

        assertThat(load.meter().lateness().early()).isEqualTo(1);
        assertThat(load.meter().lateness().earliestMicros()).isEqualTo(20_000);
    }

    @Test
    void aWallClockThatIsSetForwardMakesNothingEarly() {
        var load = delayed(Duration.ofSeconds(10));
        var body = body(load, 0);

        wall = wall.plusSeconds(10);
        load.received(Stamp.of(body));

        assertThat(load.meter().lateness().early()).isZero();
    }

    @Test
    void whatIsDueBeforeItIsSentIsCounted() {
        var delays = delays(Duration.ofSeconds(10), Delays.From.START);
        var load = new Load(settings(OptionalDouble.empty(), OptionalLong.empty()), delays, clock, () -> wall, 42);
        load.begin();

        passes(Duration.ofSeconds(9));
        assertThat(load.timing(0, 0, 16, clock.now()).delay()).hasSeconds(1);
        passes(Duration.ofSeconds(1));
        assertThat(load.timing(0, 16, 16, clock.now()).delay()).isZero();

        assertThat(load.meter().lateness().overdue()).isEqualTo(16);
    }

    private Load delayed(Duration delay) {
        var delays = delays(delay, Delays.From.SEND);
        var load = new Load(settings(OptionalDouble.empty(), OptionalLong.empty()), delays, clock, () -> wall, 42);
        load.begin();
        return load;
    }

    private static Delays delays(Duration delay, Delays.From from) {
        return new Delays(Optional.of(new DelayRange(delay, delay)), from, Duration.ofMillis(1), 7);
    }

    private String body(Load load, long number) {
        return load.body(0, number, load.timing(0, number, 1, clock.now()));
    }

    private void passes(Duration time) {
        clock.passes(time);
        wall = wall.plus(time);
    }

    private static Timing at(long due) {
        return new Timing(Duration.ZERO, due, 0);
    }

    private Load begun(BenchSettings settings) {
        var load = new Load(settings, Delays.none(), clock, () -> wall, 42);
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
