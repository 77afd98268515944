/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.replication.consensus.ReplicationFigures.Lag;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class WrongClockTest {
    private static final long NOON = 1_800_000_000_000L;
    private static final long HOUR = 3_600_000;
    private static final UUID N2 = new UUID(0, 2);
    private static final UUID N3 = new UUID(0, 3);

    private final List<UUID> successors = new ArrayList<>();
    private long nanos;
    private long wall = NOON;
    private List<Lag> lags = List.of(lag(N2, 5, 100), lag(N3, 0, 100));
    private final ClusterClock clock = new ClusterClock(() -> Instant.ofEpochMilli(wall), () -> nanos);
    private final WrongClock wrongClock =
            new WrongClock("0", clock, () -> lags, (successor, limit) -> successors.add(successor), () -> nanos);

    WrongClockTest() {
        clock.lead();
        clock.advanceTo(NOON);
    }

    @Test
    void aLeaderWhoseClockIsWrongHandsOverToTheMemberWithTheRightClockThatLagsLeast() {
        wall += HOUR;

        wrongClock.check(List.of(member(N2, 0), member(N3, 300)));

        assertThat(successors).containsExactly(N3);
    }

    @Test
    void soDoesOneThatIsBehind() {
        wall -= 2_001;

        wrongClock.check(List.of(member(N2, -900), member(N3, -1_100)));

        assertThat(successors).containsExactly(N2);
    }

    @Test
    void aLeaderWithinTwoSecondsStays() {
        wall += 2_000;

        wrongClock.check(List.of(member(N2, 0), member(N3, 0)));

        assertThat(successors).isEmpty();
    }

    @Test
    void whereNobodyElseIsRightOrCouldLeadItStays() {
        wall += HOUR;
        lags = List.of(lag(N2, 201, 100), lag(N3, 0, 2_001));
        wrongClock.check(List.of(member(N2, 0), member(N3, 0)));

        lags = List.of(lag(N2, 0, 0), lag(N3, 0, 0));
        wrongClock.check(List.of(member(N2, HOUR), member(N3, -HOUR)));
        wrongClock.check(List.of());

        assertThat(successors).isEmpty();
    }

    @Test
    void itTriesOnceAMinute() {
        wall += HOUR;
        var members = List.of(member(N2, 0), member(N3, 0));
        wrongClock.check(members);
        pass(Duration.ofSeconds(59));
        wrongClock.check(members);
        assertThat(successors).hasSize(1);

        pass(Duration.ofSeconds(1));
        wrongClock.check(members);

        assertThat(successors).hasSize(2);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
        wall += time.toMillis();
    }

    private static MemberClock member(UUID member, long aheadMillis) {
        return new MemberClock(
                member,
                "n",
                new NodeTime(true, NOON, NOON + aheadMillis),
                TimeUnit.MILLISECONDS.toNanos(NOON + aheadMillis));
    }

    private static Lag lag(UUID member, long entries, long silenceMillis) {
        return new Lag(member, "n", entries, entries, silenceMillis);
    }
}
