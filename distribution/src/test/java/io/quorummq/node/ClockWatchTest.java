/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class ClockWatchTest {
    private OptionalLong ahead = OptionalLong.empty();
    private final ClockWatch watch = new ClockWatch("n1", () -> ahead);

    @Test
    void aClockIsToldOfFromTwoSecondsUntilItIsWithinOne() {
        look(2_000);
        assertThat(watch.trouble()).isEmpty();

        look(-2_001);
        assertThat(watch.trouble()).contains("the clock of n1 is 2.0 s behind the cluster's time");

        look(1_001);
        assertThat(watch.trouble()).contains("the clock of n1 is 1.0 s ahead of the cluster's time");

        look(1_000);
        assertThat(watch.trouble()).isEmpty();
        assertThat(watch.aheadSeconds()).isEqualTo(1.0);
    }

    @Test
    void whileTheClustersTimeIsNotKnownHereNoClockIsWrong() {
        watch.look();

        assertThat(watch.trouble()).isEmpty();
        assertThat(watch.aheadSeconds()).isNull();
    }

    private void look(long millis) {
        ahead = OptionalLong.of(millis);
        watch.look();
    }
}
