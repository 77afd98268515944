/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.quorummq.core.queue.Horizon;
import io.quorummq.core.queue.TimeFigures;
import io.quorummq.core.queue.TimeFigures.Delivered;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a broker says of its delayed messages and leases. */
final class TimeReportTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration DAY = Duration.ofDays(1);
    private static final String ORDERS = "orders";

    private final SettableClock clock = new SettableClock();

    @TempDir
    Path home;

    private TestEngine engine() {
        return TestEngine.with(home, "", EngineSettings.DEFAULT, clock);
    }

    @Test
    void delayedMessagesStandInTheirHorizonsOverARestart() {
        try (var engine = engine()) {
            engine.create();
            assertThat(engine.counts(ORDERS).nextDelayed()).isEmpty();
            assertThat(figures(engine).next()).isEmpty();
            engine.sendTo(ORDERS, "in memory", Duration.ofSeconds(100));
            engine.sendTo(ORDERS, "fine", Duration.ofMinutes(30));
            engine.sendTo(ORDERS, "coarse", DAY.multipliedBy(10));
            engine.sendTo(ORDERS, "far", DAY.multipliedBy(300));
            var expected = Map.of(
                    Horizon.MEMORY, 1L,
                    Horizon.MINUTE, 0L,
                    Horizon.HOUR, 1L,
                    Horizon.DAY, 0L,
                    Horizon.MONTH, 1L,
                    Horizon.LATER, 1L);
            assertThat(figures(engine).delayed()).isEqualTo(expected);

            engine.restart();
            await().atMost(PATIENCE).until(() -> figures(engine).counted());

            assertThat(figures(engine).delayed()).isEqualTo(expected);
            assertThat(figures(engine).next())
                    .hasValueSatisfying(next ->
                            assertThat(next).isCloseTo(in(Duration.ofSeconds(100)), within(10, ChronoUnit.SECONDS)));
            assertThat(engine.counts(ORDERS).nextDelayed())
                    .isEqualTo(figures(engine).next());
        }
    }

    @Test
    void theNextMessageIsKnownWhileItsBucketIsBeingRead() {
        try (var engine = engine()) {
            engine.create();
            engine.sendTo(ORDERS, "soon", Duration.ofMinutes(30));
            engine.sendTo(ORDERS, "later", DAY);

            clock.advance(Duration.ofMinutes(30).minusSeconds(10));

            // its bucket is opened twenty seconds ahead, and is in no horizon of the index from then on
            await().atMost(PATIENCE).until(() -> figures(engine).delayed(Horizon.MINUTE) == 1);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(figures(engine).untilNext())
                            .hasValueSatisfying(left ->
                                    assertThat(left).isBetween(Duration.ofSeconds(-5), Duration.ofSeconds(10))));
            clock.advance(Duration.ofMinutes(1));
            assertThat(engine.receive(1, PATIENCE)).hasSize(1);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(figures(engine).untilNext())
                            .hasValueSatisfying(left -> assertThat(left).isGreaterThan(Duration.ofHours(23))));
        }
    }

    @Test
    void deliveriesMovesAndLeasesAreCounted() {
        try (var engine = engine()) {
            engine.create();
            engine.sendTo(ORDERS, "moved", Duration.ofHours(20));
            clock.advance(Duration.ofHours(20).minusMinutes(4));
            await().atMost(PATIENCE).until(() -> figures(engine).moves() == 1);
            assertThat(figures(engine).delivered()).allMatch(late -> late.messages() == 0);

            clock.advance(Duration.ofHours(2));
            assertThat(engine.receive(1, PATIENCE)).hasSize(1);

            var figures = figures(engine);
            assertThat(figures.delivered()).extracting(Delivered::messages).containsExactly(0L, 0L, 0L, 0L, 1L);
            assertThat(figures.leases().messages()).isEqualTo(1);
            assertThat(figures.leases().bytes()).isPositive();
            assertThat(figures.leases().expired()).isZero();

            clock.advance(Duration.ofMinutes(1));
            var again = engine.receive(1, PATIENCE);
            engine.delete(ORDERS, again.get(0));

            assertThat(figures(engine).leases()).isEqualTo(new TimeFigures.Leases(0, 0, 1));
        }
    }

    private static TimeFigures figures(TestEngine engine) {
        return engine.broker().timeFigures();
    }

    private Instant in(Duration time) {
        return clock.instant().plus(time);
    }
}
