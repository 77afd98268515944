/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.CmqError;
import io.quorummq.core.CmqException;
import io.quorummq.core.message.QueueName;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class SendRulesTest {
    @Test
    void aGovernedQueueRefusesWhatIsTooLargeOrTooMuch() {
        var rules = SendRules.of(queue(true));

        assertThatCode(() -> rules.checkSize(65_536)).doesNotThrowAnyException();
        assertThatThrownBy(() -> rules.checkSize(65_537)).isInstanceOfSatisfying(CmqException.class, e -> {
            assertThat(e.error()).isEqualTo(CmqError.MESSAGE_TOO_LARGE);
            assertThat(e.message()).startsWith("(10230)exceed maximum message size");
        });
        assertThatCode(() -> rules.checkRoom(99_999_999, 1)).doesNotThrowAnyException();
        assertThatThrownBy(() -> rules.checkRoom(99_999_999, 2))
                .isInstanceOfSatisfying(
                        CmqException.class, e -> assertThat(e.error()).isEqualTo(CmqError.TOO_MANY_MESSAGES));
    }

    @Test
    void aQueueThatCmqDoesNotGovernDemandsNothing() {
        var rules = SendRules.of(queue(false));

        assertThatCode(() -> rules.checkSize(Integer.MAX_VALUE)).doesNotThrowAnyException();
        assertThatCode(() -> rules.checkRoom(Long.MAX_VALUE - 1, 1)).doesNotThrowAnyException();
    }

    private static QueueRecord queue(boolean governed) {
        return new QueueRecord(
                new QueueName("orders"),
                "queue-00000001",
                QueueAttributes.DEFAULT,
                governed,
                Instant.EPOCH,
                Instant.EPOCH);
    }
}
