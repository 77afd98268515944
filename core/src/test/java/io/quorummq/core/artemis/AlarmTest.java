/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AlarmTest {
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger sounded = new AtomicInteger();
    private final Alarm alarm = new Alarm(timer, () -> Instant.ofEpochMilli(clock.get()), sounded::incrementAndGet);

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void soundsOnceAtTheEarliestTime() {
        alarm.set(OptionalLong.of(3_600_000));
        alarm.set(OptionalLong.of(20));
        alarm.set(OptionalLong.empty());
        clock.set(20);

        await().until(() -> sounded.get() == 1);
        await().during(Duration.ofMillis(200)).until(() -> sounded.get() == 1);
    }

    @Test
    void waitsForTheClockAndNotForTheTimer() {
        alarm.set(OptionalLong.of(20));

        await().during(Duration.ofMillis(300)).until(() -> sounded.get() == 0);
        clock.set(20);
        await().until(() -> sounded.get() == 1);
    }

    @Test
    void noticesThatTheClockWasPutForward() {
        alarm.set(OptionalLong.of(3_600_000));

        clock.set(3_600_000);

        await().atMost(Duration.ofSeconds(5)).until(() -> sounded.get() == 1);
        assertThat(sounded).hasValue(1);
    }
}
