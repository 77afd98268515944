/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.delay;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.core.delay.Wheel.Bucket;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What lies in the buckets, and which of them is urgent. */
final class DelayIndexTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final Bucket MINUTE = Wheel.place(NOW + 60_000, NOW);
    private static final Bucket DAY = Wheel.place(NOW + 90L * 86_400_000, NOW);

    private final DelayIndex index = new DelayIndex();

    @Test
    void countsPerQueueAndInAll() {
        index.add(MINUTE, List.of(1L, 2L), NOW + 60_000);
        index.add(DAY, List.of(1L), NOW + 90L * 86_400_000);

        assertThat(index.count(1)).isEqualTo(2);
        assertThat(index.count(2)).isEqualTo(1);
        assertThat(index.total()).isEqualTo(2);
        assertThat(index.messages(MINUTE)).isEqualTo(1);
        assertThat(index.firstDueOf(1)).hasValue(NOW + 60_000);
        assertThat(index.holding(1)).containsExactlyInAnyOrder(MINUTE, DAY);

        index.remove(MINUTE, List.of(1L, 2L));

        assertThat(index.count(1)).isEqualTo(1);
        assertThat(index.count(2)).isZero();
        assertThat(index.firstDueOf(2)).isEmpty();
    }

    @Test
    void theMostUrgentBucketComesFirst() {
        index.add(DAY, List.of(1L), NOW + 90L * 86_400_000);
        index.add(MINUTE, List.of(1L), NOW + 60_000);

        assertThat(index.toVisit(NOW)).isEmpty();
        assertThat(index.toVisit(NOW + 45_000)).containsExactly(MINUTE);
        assertThat(index.toVisit(NOW + 91L * 86_400_000)).containsExactly(MINUTE, DAY);
    }

    @Test
    void whatStaysInAVisitedBucketIsRememberedAndWhatCameMeanwhileToo() {
        index.add(MINUTE, List.of(1L), NOW + 60_000);
        index.add(MINUTE, List.of(1L), NOW + 70_000);
        index.visited(MINUTE);
        index.add(MINUTE, List.of(1L), NOW + 80_000);

        index.stays(MINUTE, NOW + 70_000);

        assertThat(index.firstDue(MINUTE)).isEqualTo(NOW + 70_000);
        index.visited(MINUTE);
        index.stays(MINUTE, Long.MAX_VALUE);
        assertThat(index.firstDue(MINUTE)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aClearedQueueCountsNothingButItsMessagesStillTakeTheirPlaces() {
        index.add(MINUTE, List.of(1L, 2L), NOW + 60_000);

        assertThat(index.clear(1)).containsExactly(MINUTE);

        assertThat(index.count(1)).isZero();
        assertThat(index.count(2)).isEqualTo(1);
        assertThat(index.messages(MINUTE)).isEqualTo(1);
        index.add(MINUTE, List.of(1L), NOW + 60_000);
        index.remove(MINUTE, List.of(2L));
        assertThat(index.count(1)).isEqualTo(1);
    }

    @Test
    void aBucketThatIsCountedAnewIsForgottenFirst() {
        index.add(MINUTE, List.of(1L), NOW + 60_000);
        index.add(DAY, List.of(1L), NOW + 90L * 86_400_000);

        index.reset(MINUTE);

        assertThat(index.count(1)).isEqualTo(1);
        assertThat(index.total()).isEqualTo(1);
        assertThat(index.messages(MINUTE)).isZero();
    }
}
