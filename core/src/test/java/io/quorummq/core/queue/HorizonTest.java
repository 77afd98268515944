/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class HorizonTest {
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");

    private final List<Long> buckets = new ArrayList<>();

    @Test
    void everyMessageIsInOneHorizon() {
        wait(Duration.ofMinutes(-5));
        wait(Duration.ofSeconds(59));
        wait(Duration.ofMinutes(1));
        wait(Duration.ofMinutes(59));
        wait(Duration.ofHours(1));
        wait(Duration.ofDays(1));
        wait(Duration.ofDays(29));
        wait(Duration.ofDays(30));
        wait(Duration.ofDays(300));

        assertThat(Horizon.sort(NOW, 7, buckets.size(), this::between))
                .isEqualTo(Map.of(
                        Horizon.MEMORY, 7L,
                        Horizon.MINUTE, 2L,
                        Horizon.HOUR, 2L,
                        Horizon.DAY, 1L,
                        Horizon.MONTH, 2L,
                        Horizon.LATER, 2L));
    }

    @Test
    void whatIsBeingReadFromItsBucketIsDueWithinAMinute() {
        wait(Duration.ofDays(2));

        assertThat(Horizon.sort(NOW, 0, 5, this::between))
                .containsEntry(Horizon.MINUTE, 4L)
                .containsEntry(Horizon.MONTH, 1L);
    }

    @Test
    void aCountThatChangesMeanwhileIsNeverNegative() {
        assertThat(Horizon.sort(NOW, 0, 1, (from, until) -> 5)).containsEntry(Horizon.MINUTE, 0L);
    }

    private void wait(Duration delay) {
        buckets.add(NOW.plus(delay).toEpochMilli());
    }

    private long between(long from, long until) {
        return buckets.stream().filter(due -> due >= from && due < until).count();
    }
}
