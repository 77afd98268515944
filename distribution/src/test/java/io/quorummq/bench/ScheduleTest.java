/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void withoutARateASendIsDueWhenItIsAskedFor() {
        assertThat(Schedule.unlimited().due(7, 123)).isEqualTo(123);
        assertThat(Schedule.unlimited().isPaced()).isFalse();
    }

    @Test
    void producersShareARateEvenlyAndOutOfStep() {
        var first = Schedule.share(0, 1000, 1, 0, 4);
        var third = Schedule.share(0, 1000, 1, 2, 4);

        assertThat(first.due(0, 99)).isZero();
        assertThat(first.due(250, 99)).isEqualTo(SECOND);
        assertThat(third.due(0, 99)).isEqualTo(2_000_000);
        assertThat(third.due(250, 99)).isEqualTo(SECOND + 2_000_000);
    }

    @Test
    void aBatchIsDueOnceForAllItsMessages() {
        var schedule = Schedule.share(0, 1600, 16, 0, 1);

        assertThat(schedule.due(100, 0)).isEqualTo(SECOND);
    }

    @Test
    void aStallMovesNoLaterDueTime() {
        var schedule = Schedule.share(-5 * SECOND, 1, 1, 0, 1);

        assertThat(schedule.due(3, 100 * SECOND)).isEqualTo(-2 * SECOND);
    }
}
