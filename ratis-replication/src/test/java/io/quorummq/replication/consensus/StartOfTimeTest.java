/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StartOfTimeTest {
    private static final long HOUR = 3_600_000;
    private static final long NOON = 1_800_000_000_000L;

    /** Walls in seconds from noon; what is missing did not answer. */
    @ParameterizedTest(name = "{0} members, walls {1}: {2}, settled {3}")
    @CsvSource(delimiter = '|', textBlock = """
            # all alike
            3 | 0 0 0             |     0 | true
            # one clock wrong among three decides nothing
            3 | 3600 0 0          |     0 | true
            3 | -3600 0 0         |     0 | true
            # all different: the median, and nothing can come that would move it
            3 | -3600 10 3600     |    10 | true
            # two of three agree: the third cannot matter
            3 | 0 1               |     0 | true
            # two of three that do not: the earlier, and the third is waited for
            3 | 0 3600            |     0 | false
            3 | 0 -3600           | -3600 | false
            # one of three says nothing
            3 | 3600              |       | false
            # alone: its own clock
            1 | 3600              |  3600 | true
            # of two, both have to have reached it
            2 | 0 3600            |     0 | true
            2 | 3600              |       | false
            # five, with two wrong and with two silent
            5 | 3600 3600 0 0 0   |     0 | true
            5 | -3600 -3600 0 0 0 |     0 | true
            5 | 0 0 0             |     0 | true
            5 | 3600 0 0          |     0 | false
            """)
    void afterAFullStopItIsWhatAMajorityHasReached(int members, String walls, Long reached, boolean settled) {
        var known = new ArrayList<NodeTime>();
        for (var seconds : List.of(walls.split(" ", -1))) {
            known.add(stopped(Long.parseLong(seconds) * 1000));
        }

        var start = StartOfTime.of(members, known);

        assertThat(start.notBefore())
                .isEqualTo(reached == null ? OptionalLong.empty() : OptionalLong.of(NOON + reached * 1000));
        assertThat(start.settled()).isEqualTo(settled);
    }

    @Test
    void anotherAnswerNeverMovesItBack() {
        var two = StartOfTime.of(3, List.of(stopped(0), stopped(HOUR)));
        for (var third : List.of(-HOUR, 0L, 10L, HOUR, 2 * HOUR)) {
            var three = StartOfTime.of(3, List.of(stopped(0), stopped(HOUR), stopped(third)));

            assertThat(three.notBefore().getAsLong())
                    .isGreaterThanOrEqualTo(two.notBefore().getAsLong());
        }
    }

    @Test
    void whereTheTimeRunsOnAnywhereWallClocksCountForNothing() {
        var start =
                StartOfTime.of(3, List.of(stopped(HOUR), new NodeTime(true, NOON - HOUR, NOON + HOUR), stopped(HOUR)));

        assertThat(start).isEqualTo(new StartOfTime(OptionalLong.of(NOON - HOUR), true));
    }

    @Test
    void ofTwoThatRanOnTheOneThatWasPausedIsNotBelieved() {
        var start = StartOfTime.of(
                3, List.of(new NodeTime(true, NOON - 500, NOON), new NodeTime(true, NOON, NOON), stopped(0)));

        assertThat(start.notBefore()).hasValue(NOON);
    }

    private static NodeTime stopped(long wallFromNoon) {
        return new NodeTime(false, 7, NOON + wallFromNoon);
    }
}
