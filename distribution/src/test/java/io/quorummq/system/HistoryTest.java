/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The judge of the system tests must be able to condemn. */
final class HistoryTest {
    private final AtomicLong clock = new AtomicLong();
    private final History history = new History(clock::incrementAndGet);

    @Test
    void aMessageThatIsSentReceivedAndDeletedIsSound() {
        send("a");
        receive("a");
        delete("a");

        var verdict = history.verdict();

        assertThatCode(verdict::requireSound).doesNotThrowAnyException();
        assertThat(verdict.summary()).isEqualTo("1 messages, 0 of unknown fate, 0 received more than once");
        assertThat(history.acknowledgements()).isEqualTo(1);
        assertThat(history.deletes()).isEqualTo(1);
    }

    @Test
    void anAcknowledgedMessageThatNobodyReceivedIsLost() {
        send("a");
        send("b");
        receive("b");
        delete("b");

        assertThatThrownBy(() -> history.verdict().requireSound())
                .hasMessageContaining("1 acknowledged and never received: [a]");
    }

    @Test
    void aSendOfUnknownFateMayBeReceivedOrNot() {
        history.sending("a");
        history.sending("b");
        receive("b");
        delete("b");

        var verdict = history.verdict();

        assertThatCode(verdict::requireSound).doesNotThrowAnyException();
        assertThat(verdict.unknown()).isEqualTo(2);
    }

    @Test
    void whatNobodySentIsUnexpected() {
        receive("a");
        delete("a");

        assertThatThrownBy(() -> history.verdict().requireSound())
                .hasMessageContaining("received and never sent: [a, asked by x");
    }

    @Test
    void aMessageThatWasSeenAndIsGoneWithoutADeleteHasVanished() {
        send("a");
        receive("a");

        assertThatThrownBy(() -> history.verdict().requireSound())
                .hasMessageContaining("received, never deleted, and gone: [a, asked by x");
    }

    @Test
    void aDeleteOfUnknownFateMayHaveDeletedOrNot() {
        send("a");
        receive("a");
        history.deleting("x", List.of("a"));
        send("b");
        receive("b");
        history.deleting("x", List.of("b"));
        receive("b");
        delete("b");

        var verdict = history.verdict();

        assertThatCode(verdict::requireSound).doesNotThrowAnyException();
        assertThat(verdict.duplicates()).isEqualTo(1);
    }

    @Test
    void anAcknowledgedDeleteIsFinalForWhoeverAsksLater() {
        send("a");
        receive("a");
        delete("a");
        receive("a");

        assertThatThrownBy(() -> history.verdict().requireSound())
                .hasMessageContaining("handed out again after an acknowledged delete: [a, asked by x");
    }

    @Test
    void whoAskedBeforeTheDeleteWasAcknowledgedMayBeAnsweredAfterIt() {
        send("a");
        receive("a");
        var asked = history.now();
        delete("a");
        history.received("x", "a", asked);

        assertThatCode(() -> history.verdict().requireSound()).doesNotThrowAnyException();
    }

    @Test
    void aSendDuringAFaultMayBeStoredTwiceAndDeletedOnceMore() {
        history.sending("a");
        history.broken();
        history.sending("b");
        history.acknowledged("a");
        history.acknowledged("b");
        history.healed();
        for (var body : List.of("a", "b", "a", "b")) {
            receive(body);
            delete(body);
        }
        assertThatCode(() -> history.verdict().requireSound()).doesNotThrowAnyException();

        send("c");
        history.sending("d");
        history.failed("d");
        history.broken();
        for (var body : List.of("c", "d", "c", "d")) {
            receive(body);
            delete(body);
        }
        assertThat(history.verdict().undone()).hasSize(2);
    }

    @Test
    void manyFindingsAreCutShort() {
        for (int i = 0; i < 20; i++) {
            send("message " + i + " with a body that is longer than anybody wants to read");
        }

        assertThatThrownBy(() -> history.verdict().requireSound())
                .hasMessageContaining("20 acknowledged and never received: [message 0 with")
                .hasMessageContaining("...] ...");
    }

    private void send(String body) {
        history.sending(body);
        history.acknowledged(body);
    }

    private void receive(String body) {
        history.received("x", body, history.now());
    }

    private void delete(String body) {
        history.deleting("x", List.of(body));
        history.deleted("x", List.of(body));
    }
}
