/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.core.queue.QueueAttributes;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine whose clock is an hour ahead of the cluster's does not let anything out early. */
final class WallClockTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void aDelayHoldsOverARestartThoughTheWallClockSaysThatItIsOver(@TempDir Path home) throws Exception {
        var behind = Clock.offset(Clock.systemUTC(), HOUR.negated());
        try (var engine = TestEngine.by(behind, home)) {
            engine.create("delayed", QueueAttributes.DEFAULT);
            engine.sendTo("delayed", "by CMQ", Duration.ofSeconds(100)); // waits in memory, so in the journal

            engine.restart();

            assertThat(engine.counts("delayed").delayed()).isEqualTo(1);
            assertThat(engine.receiveFrom("delayed", 1, Duration.ZERO)).isEmpty();
            try (var connection = engine.core();
                    var session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
                    var consumer = session.createConsumer(session.createQueue("delayed"))) {
                assertThat(consumer.receive(500)).isNull();
            }
        }
    }
}
