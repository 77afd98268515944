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

        assertThat(history.verdict().lost()).containsExactly("a");
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

        assertThatThrownBy(() -> history.verdict().requireSound()).hasMessageContaining("received and never sent: [a]");
    }

    @Test
    void aMessageThatWasSeenAndIsGoneWithoutADeleteHasVanished() {
        send("a");
        receive("a");

        assertThatThrownBy(() -> history.verdict().requireSound())
                .hasMessageContaining("received, never deleted, and gone: [a]");
    }

    @Test
    void aDeleteOfUnknownFateMayHaveDeletedOrNot() {
        send("a");
        receive("a");
        history.deleting(List.of("a"));
        send("b");
        receive("b");
        history.deleting(List.of("b"));
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
                .hasMessageContaining("handed out again after an acknowledged delete: [a]");
    }

    @Test
    void whoAskedBeforeTheDeleteWasAcknowledgedMayBeAnsweredAfterIt() {
        send("a");
        receive("a");
        var asked = history.now();
        delete("a");
        history.received("a", asked);

        assertThatCode(() -> history.verdict().requireSound()).doesNotThrowAnyException();
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
        history.received(body, history.now());
    }

    private void delete(String body) {
        history.deleting(List.of(body));
        history.deleted(List.of(body));
    }
}
