/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.system.DelayLedger.Numbers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class DelayLedgerTest {
    private static final Numbers ALL = new Numbers(0, 2);
    private static final Duration DELAY = Duration.ofSeconds(10);
    private static final Duration EARLY_MAX = Duration.ofMillis(20);

    private long millis = 1_000_000;
    private final DelayLedger ledger = new DelayLedger(3, () -> TimeUnit.MILLISECONDS.toNanos(millis));

    @Test
    void messagesThatCameOnceAndInTimeAreSound() {
        send();
        passes(10_000);
        take(0);
        take(1);

        ledger.requireSound();
        assertThat(ledger.missing()).isZero();
        assertThat(ledger.summary())
                .startsWith("2 messages acknowledged, 2 received, 0 of them more than once, 2 within");
    }

    @Test
    void anAcknowledgedMessageThatDidNotComeIsLost() {
        send();
        passes(10_000);
        take(1);

        assertThat(ledger.missing()).isEqualTo(1);
        assertWrong("1 acknowledged and never received: [0, due at 10000]");
    }

    @Test
    void aMessageWhoseSendFailedMayComeOrNot() {
        ledger.sending(ALL, DELAY, EARLY_MAX);
        ledger.failed(ALL);
        passes(10_000);
        take(0);

        ledger.requireSound();
    }

    @Test
    void aMessageThatComesBeforeItsTimeIsFound() {
        send();
        passes(9_979);
        take(0);
        passes(1);
        take(1);

        assertWrong("1 received before they were due: [0 by 21 ms]");
    }

    @Test
    void theTimeOfAMessageThatIsSentAgainIsThatOfItsFirstSend() {
        ledger.sending(ALL, DELAY, EARLY_MAX);
        ledger.failed(ALL);
        passes(5_000);
        send();
        passes(5_000);
        take(0);
        take(1);

        ledger.requireSound();
    }

    @Test
    void aMessageThatWasNeverSentIsFound() {
        send();
        passes(10_000);
        take(0);
        take(1);
        ledger.received(2, ledger.now());
        ledger.received(7, ledger.now());

        assertWrong("2 received and never sent: [2, 7]");
    }

    @Test
    void aMessageThatComesAgainThoughNothingFailedIsFound() {
        send();
        passes(10_000);
        take(0);
        var asked = ledger.now();
        ledger.received(1, asked);
        ledger.received(1, asked);
        ledger.deleted(List.of(1));

        assertWrong("1 received more than once, though no acknowledgement was lost: [1, 2 times]");
    }

    @Test
    void aMessageMayComeAgainWhoseDeleteWasLostUntilItIsDeleted() {
        send();
        passes(10_000);
        take(0);
        ledger.received(1, ledger.now());
        ledger.deleteLost(List.of(1));
        passes(1);
        take(1);

        ledger.requireSound();

        passes(1);
        take(1);
        assertWrong("1 handed out again after an acknowledged delete: [1 at 10001, asked for at 10002]");
    }

    @Test
    void whatWasBeingSentOrHeldWhenSomethingBrokeMayComeTwice() {
        ledger.sending(new Numbers(0, 1), DELAY, EARLY_MAX);
        ledger.broken();
        ledger.sending(new Numbers(1, 2), DELAY, EARLY_MAX);
        ledger.acknowledged(ALL);
        ledger.healed();
        ledger.sending(new Numbers(2, 3), DELAY, EARLY_MAX);
        ledger.acknowledged(new Numbers(2, 3));
        passes(10_000);
        for (int again = 0; again < 2; again++) {
            take(0);
            take(1);
            passes(1);
        }
        ledger.received(2, ledger.now());
        ledger.broken();
        take(2);

        ledger.requireSound();
    }

    private void send() {
        ledger.sending(ALL, DELAY, EARLY_MAX);
        ledger.acknowledged(ALL);
    }

    private void take(int number) {
        ledger.received(number, ledger.now());
        ledger.deleted(List.of(number));
    }

    private void passes(long more) {
        millis += more;
    }

    private void assertWrong(String what) {
        assertThatThrownBy(ledger::requireSound)
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(what + " (");
    }
}
