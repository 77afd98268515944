/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static io.quorummq.core.artemis.TestEngine.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.queue.BrokerClosedException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a receive is told that waits when the ground goes from under it. */
class ReceiveEndTest {
    @TempDir
    Path home;

    @Test
    void aReceiveThatWaitsWhenTheEngineClosesIsToldSoAndNotThatThereIsNoMessage() {
        var engine = TestEngine.in(home);
        engine.create();
        var waiting = engine.broker().receive(engine.orders(), 1, Duration.ofSeconds(30));

        engine.close();

        assertThatThrownBy(() -> now(waiting)).hasCauseInstanceOf(BrokerClosedException.class);
    }

    @Test
    void aReceiveThatWaitsWhenItsQueueIsDeletedFindsNoMessage() {
        try (var engine = TestEngine.in(home)) {
            engine.create();
            var waiting = engine.broker().receive(engine.orders(), 1, Duration.ofSeconds(30));

            now(engine.broker().delete(engine.orders()));

            assertThat(now(waiting)).isEmpty();
        }
    }
}
