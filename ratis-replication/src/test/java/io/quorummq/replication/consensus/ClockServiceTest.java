/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.replication.peer.PeerRefusal;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class ClockServiceTest {
    private static final long NOON = 1_800_000_000_000L;

    private long term = 5;
    private final ClusterClock clock = new ClusterClock(() -> Instant.ofEpochMilli(NOON + 40_000), () -> 0);
    private final ClockService service = new ClockService("0", clock, () -> term);

    @Test
    void itAnswersWhatItKnewBeforeTheQuestion() {
        clock.observe(NOON);

        assertThat(ask(new ClockCall.Question(5, true, NOON + 10_000)))
                .isEqualTo(new NodeTime(false, NOON, NOON + 40_000));

        assertThat(ask(new ClockCall.Question(5, true, NOON + 10_000)))
                .isEqualTo(new NodeTime(true, NOON + 10_000, NOON + 40_000));
    }

    @Test
    void aLeaderThatDoesNotKnowTheTimeTellsNone() {
        clock.observe(NOON);

        var unused = ask(new ClockCall.Question(5, false, NOON + 10_000));

        assertThat(ask(new ClockCall.Question(5, false, 0))).isEqualTo(new NodeTime(false, NOON, NOON + 40_000));
    }

    @Test
    void whoLedBeforeTellsTheTimeNoMore() {
        clock.observe(NOON);
        term = 6;

        var unused = ask(new ClockCall.Question(5, true, NOON + 10_000));

        assertThat(clock.millis()).isEqualTo(NOON);
        assertThat(clock.isRunning()).isFalse();
    }

    @Test
    void aQuestionOfTooFewBytesIsRefused() {
        assertThat(service.call(new byte[3]))
                .failsWithin(Duration.ofSeconds(1))
                .withThrowableThat()
                .withCauseInstanceOf(PeerRefusal.class)
                .withMessageContaining("3 bytes");
    }

    private NodeTime ask(ClockCall.Question question) {
        return ClockCall.decode(service.call(question.encode()).join());
    }
}
