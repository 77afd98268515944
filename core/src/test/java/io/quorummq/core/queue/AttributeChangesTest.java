/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.CmqError;
import io.quorummq.core.CmqException;
import io.quorummq.core.Limits;
import io.quorummq.core.message.QueueName;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AttributeChangesTest {
    private static final QueueName TARGET = new QueueName("dead");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            MAX_MESSAGES       | maxMsgHeapNum       | 1000000 | 1000000000
            POLLING_WAIT       | pollingWaitSeconds  | 0       | 30
            VISIBILITY_TIMEOUT | visibilityTimeout   | 1       | 43200
            MAX_MESSAGE_BYTES  | maxMsgSize          | 1024    | 1048576
            RETENTION          | msgRetentionSeconds | 30      | 1296000
            """)
    void bothEndsOfEachRangeAreTakenAndNothingBeyond(Attribute attribute, String parameter, long min, long max) {
        assertThat(attribute.parameter()).isEqualTo(parameter);
        for (var value : new long[] {min, max}) {
            var changed =
                    AttributeChanges.none().with(attribute, value).applyTo(QueueAttributes.DEFAULT, Limits.DEFAULT);
            assertThat(attribute.of(changed)).isEqualTo(value);
        }
        refuses(CmqError.OUT_OF_RANGE, () -> AttributeChanges.none().with(attribute, min - 1));
        refuses(CmqError.OUT_OF_RANGE, () -> AttributeChanges.none().with(attribute, max + 1));
    }

    @Test
    void onlyWhatIsGivenChanges() {
        var changed = AttributeChanges.none()
                .with(Attribute.VISIBILITY_TIMEOUT, 5)
                .applyTo(QueueAttributes.DEFAULT, Limits.DEFAULT);

        assertThat(changed).isEqualTo(QueueAttributes.DEFAULT.withVisibilityTimeout(Duration.ofSeconds(5)));
    }

    @Test
    void rewindingReachesNoFurtherBackThanTheRetentionWhicheverOfTheTwoChanges() {
        var rewind = AttributeChanges.none().with(Attribute.REWIND, 1000).with(Attribute.RETENTION, 1000);
        var rewinding = rewind.applyTo(QueueAttributes.DEFAULT, Limits.DEFAULT);

        refuses(
                CmqError.REWIND_OVER_RETENTION,
                () -> AttributeChanges.none().with(Attribute.RETENTION, 999).applyTo(rewinding, Limits.DEFAULT));
        refuses(
                CmqError.REWIND_OVER_RETENTION,
                () -> AttributeChanges.none().with(Attribute.REWIND, 1001).applyTo(rewinding, Limits.DEFAULT));
        refuses(CmqError.OUT_OF_RANGE, () -> AttributeChanges.none().with(Attribute.REWIND, -1));
    }

    @Test
    void deadLetterNumbersHaveRangesAndAgeStaysBelowTheRetention() {
        refuses(
                CmqError.DEAD_LETTER_PARAMETERS,
                () -> AttributeChanges.none().with(new DeadLetterPolicy.ByReceiveCount(TARGET, 0)));
        refuses(
                CmqError.DEAD_LETTER_PARAMETERS,
                () -> AttributeChanges.none().with(new DeadLetterPolicy.ByReceiveCount(TARGET, 1001)));
        refuses(
                CmqError.DEAD_LETTER_PARAMETERS,
                () -> AttributeChanges.none().with(new DeadLetterPolicy.ByAge(TARGET, Duration.ofSeconds(43_201))));
        var byAge = AttributeChanges.none()
                .with(new DeadLetterPolicy.ByAge(TARGET, Duration.ofMinutes(5)))
                .applyTo(QueueAttributes.DEFAULT, Limits.DEFAULT);
        refuses(
                CmqError.DEAD_LETTER_PARAMETERS,
                () -> AttributeChanges.none().with(Attribute.RETENTION, 300).applyTo(byAge, Limits.DEFAULT));
    }

    @Test
    void theConfiguredGreatestMessageBindsNewValuesAndLeavesOldOnesAlone() {
        var old = Limits.DEFAULT.withMessageBytes(32_768);

        refuses(
                CmqError.OUT_OF_RANGE,
                () -> AttributeChanges.none()
                        .with(Attribute.MAX_MESSAGE_BYTES, 32_769)
                        .applyTo(QueueAttributes.DEFAULT, old));
        assertThat(AttributeChanges.none()
                        .with(Attribute.POLLING_WAIT, 1)
                        .applyTo(QueueAttributes.DEFAULT, old)
                        .maxMessageBytes())
                .isEqualTo(65_536);
    }

    private static void refuses(CmqError error, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        CmqException.class, e -> assertThat(e.error()).isEqualTo(error));
    }
}
