/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.CmqError;
import io.quorummq.core.CmqException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class QueueNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "Z9", "a-b_c", "a123456789012345678901234567890123456789012345678901234567890123"})
    void cmqsGrammarIsTaken(String name) {
        assertThat(new QueueName(name).value()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1a",
                "-a",
                "_a",
                "a.b",
                "a b",
                "aé",
                "éa",
                "a\n",
                "a1234567890123456789012345678901234567890123456789012345678901234"
            })
    void allElseIsRefusedInCmqsWords(String name) {
        assertThat(QueueName.isValid(name)).isFalse();
        assertThatThrownBy(() -> new QueueName(name)).isInstanceOfSatisfying(CmqException.class, e -> {
            assertThat(e.error()).isEqualTo(CmqError.QUEUE_NAME_FORMAT);
            assertThat(e.message()).startsWith("(10020)queue name format error (queueName=");
        });
    }

    @Test
    void caseIsKeptButDoesNotTellNamesApart() {
        var upper = new QueueName("ORDERS");
        var lower = new QueueName("orders");

        assertThat(upper.matches(lower)).isTrue();
        assertThat(upper).isNotEqualTo(lower);
    }
}
