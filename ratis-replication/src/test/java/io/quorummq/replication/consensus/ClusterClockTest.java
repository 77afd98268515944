/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ClusterClockTest {
    private static final long NOON = Instant.parse("2026-01-01T12:00:00Z").toEpochMilli();

    private long wall = NOON;
    private long nanos = -5_000;
    private final ClusterClock clock = new ClusterClock(wall(), () -> nanos);

    @Test
    void itStartsWhereItIsToldAndRunsByTheMonotonicClock() {
        clock.advanceTo(NOON);
        wall -= 7;

        pass(Duration.ofSeconds(10));

        assertThat(clock.millis()).isEqualTo(NOON + 10_000);
    }

    @Test
    void wallClocksThatJumpMoveALeadersTimeByThreeSecondsAMinuteAtMost() {
        begin();
        var later = offset() + Duration.ofHours(1).toNanos();
        clock.drawTowards(new ClusterClock.Walls(later, later));

        assertThat(clock.millis()).isEqualTo(NOON);
        for (var i = 0; i < 60; i++) {
            pass(Duration.ofSeconds(1));
            clock.millis();
        }

        assertThat(clock.millis()).isBetween(NOON + 62_990, NOON + 63_000);
    }

    @Test
    void wallClocksSetBackSlowALeadersTimeButNeverTurnIt() {
        begin();
        var earlier = offset() - Duration.ofHours(1).toNanos();
        clock.drawTowards(new ClusterClock.Walls(earlier, earlier));

        var last = clock.millis();
        for (var i = 0; i < 6_000; i++) {
            pass(Duration.ofMillis(10));
            assertThat(clock.millis()).isGreaterThanOrEqualTo(last);
            last = clock.millis();
        }

        assertThat(last).isBetween(NOON + 57_000, NOON + 57_010);
    }

    @Test
    void itComesToRestOnTheWallClocks() {
        begin();
        wall += 1_000;
        clock.drawTowards(new ClusterClock.Walls(offset(), offset()));
        for (var i = 0; i < 60; i++) {
            pass(Duration.ofSeconds(1));
            clock.millis();
        }

        assertThat(clock.millis()).isEqualTo(wall);
        assertThat(clock.wallAheadMillis()).isZero();
    }

    @Test
    void betweenTwoClocksThatContradictEachOtherNothingDrawsIt() {
        begin();
        clock.drawTowards(new ClusterClock.Walls(
                offset() - Duration.ofHours(1).toNanos(),
                offset() + Duration.ofHours(1).toNanos()));

        pass(Duration.ofMinutes(10));

        assertThat(clock.millis()).isEqualTo(NOON + 600_000);
    }

    @Test
    void theOwnWallClockAloneDrawsNobody() {
        begin();
        wall += 3_600_000;

        pass(Duration.ofMinutes(10));

        assertThat(clock.millis()).isEqualTo(NOON + 600_000);
        assertThat(clock.wallAheadMillis()).isEqualTo(3_600_000);
    }

    @Test
    void whoeverGaveUpTheOfficeIsNotDrawnByWhatItHeardInIt() {
        begin();
        clock.drawTowards(new ClusterClock.Walls(
                offset() + Duration.ofMinutes(1).toNanos(),
                offset() + Duration.ofMinutes(1).toNanos()));
        clock.follow();
        clock.lead();

        pass(Duration.ofMinutes(1));

        assertThat(clock.millis()).isEqualTo(NOON + 60_000);
    }

    @Test
    void itRunsHereOnceALeaderToldTheTimeOrItWasSettled() {
        clock.observe(NOON);
        assertThat(clock.isRunning()).isFalse();
        assertThat(clock.departureMillis()).isEmpty();

        clock.hear(NOON + 5_000);

        assertThat(clock.isRunning()).isTrue();
        assertThat(clock.millis()).isEqualTo(NOON + 5_000);
        assertThat(clock.departureMillis()).hasValue(-5_000);
    }

    @Test
    void aLeaderTakesTheTimeFromNobody() {
        begin();

        clock.hear(NOON + 5_000);

        assertThat(clock.millis()).isEqualTo(NOON);
    }

    @Test
    void aNewLeaderGoesOnFromTheLogsTimeAndTheTimeSince() {
        clock.observe(NOON + 500_000);
        pass(Duration.ofSeconds(2));

        clock.lead();

        assertThat(clock.millis()).isEqualTo(NOON + 502_000);
    }

    @Test
    void anEntryThatComesLateDoesNotStopAFollowersTime() {
        clock.observe(NOON);
        pass(Duration.ofSeconds(10));

        clock.observe(NOON + 100);

        assertThat(clock.millis()).isEqualTo(NOON + 9_500);
        pass(Duration.ofSeconds(2));
        assertThat(clock.millis()).isEqualTo(NOON + 11_500);
    }

    @Test
    void aFollowerTracksALeaderWhoseTimeIsSlowed() {
        clock.observe(NOON);

        for (var i = 1; i <= 600; i++) {
            pass(Duration.ofMillis(100));
            clock.observe(NOON + i * 95L);
        }

        assertThat(clock.millis()).isBetween(NOON + 57_000, NOON + 57_100);
    }

    @Test
    void whatTheWallClockSaidBeforeTheLogWasHeardIsForgotten() {
        assertThat(clock.millis()).isEqualTo(NOON);

        clock.observe(NOON - 3_600_000);
        clock.lead();
        pass(Duration.ofSeconds(1));

        assertThat(clock.millis()).isEqualTo(NOON - 3_600_000 + 1_000);
    }

    @Test
    void whereNoTimeWasEverSettledItBeginsAtTheFirst() {
        assertThat(clock.millis()).isEqualTo(NOON);
        clock.lead();

        clock.advanceTo(NOON - 3_600_000);

        assertThat(clock.millis()).isEqualTo(NOON - 3_600_000);
    }

    @Test
    void aLeadersOwnEntriesDoNotSetItBack() {
        begin();
        var stamped = clock.millis();
        pass(Duration.ofMillis(50));

        clock.observe(stamped);

        assertThat(clock.millis()).isEqualTo(NOON + 50);
    }

    @Test
    void anEntryWithoutTimeIsIgnored() {
        clock.observe(0);

        assertThat(clock.millis()).isEqualTo(NOON);
    }

    @Test
    void afterAFullStopTheTimeIsMovedForwardNeverBack() {
        clock.observe(NOON);
        clock.advanceTo(NOON + 3_600_000);
        assertThat(clock.millis()).isEqualTo(NOON + 3_600_000);

        clock.advanceTo(NOON);

        assertThat(clock.millis()).isEqualTo(NOON + 3_600_000);
    }

    private void begin() {
        clock.lead();
        clock.advanceTo(NOON);
    }

    /** Of the wall clock, ahead of the monotonic one. */
    private long offset() {
        return TimeUnit.MILLISECONDS.toNanos(wall) - nanos;
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
        wall += time.toMillis();
    }

    private InstantSource wall() {
        return () -> Instant.ofEpochMilli(wall);
    }
}
