/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.replication.store.LogPosition;
import io.quorummq.replication.store.TableHash;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class VerificationsTest {
    private final Verifications verifications = new Verifications();

    @Test
    void whoAsksBeforeWhileAndAfterHearsTheSame() {
        var before = verifications.at(7, 3);
        var computing = verifications.reached(7);
        var during = verifications.at(7, 7);
        assertThat(before).isNotDone();
        assertThat(verifications.last()).isEmpty();

        computing.complete(hash(7));

        assertThat(before).isCompletedWithValue(hash(7));
        assertThat(during).isCompletedWithValue(hash(7));
        assertThat(verifications.at(7, 9)).isCompletedWithValue(hash(7));
        assertThat(verifications.last()).contains(hash(7));
    }

    @Test
    void anEntryThatWasNoVerificationHasNoHash() {
        assertThat(verifications.at(5, 5))
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining("there is no hash of entry 5");
    }

    @Test
    void onlyTheLastFewAreKept() {
        for (var index = 1; index <= Verifications.KEPT_MAX + 1; index++) {
            verifications.reached(index).complete(hash(index));
        }

        assertThat(verifications.at(1, 100)).isCompletedExceptionally();
        assertThat(verifications.at(2, 100)).isCompletedWithValue(hash(2));
    }

    @Test
    void waitersAreFewAndHearOfTheEnd() {
        for (var index = 1; index <= Verifications.AWAITED_MAX; index++) {
            assertThat(verifications.at(index, 0)).isNotDone();
        }
        assertThat(verifications.at(1_000, 0)).isCompletedExceptionally();
        var waiting = verifications.at(1, 0);

        verifications.close("closed");

        assertThat(waiting).isCompletedExceptionally();
    }

    private static TableHash hash(long index) {
        return new TableHash(new LogPosition(1, index), "hash of " + index);
    }
}
