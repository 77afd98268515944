/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

final class CredentialBookTest {
    private static final Credential ANNE = new Credential("AKIDanne", "keyOfAnne");

    private final CredentialBook book = new CredentialBook("the cluster's credentials", "# people\nAKIDbob keyOfBob\n");

    @Test
    void anotherTextIsInForceAtOnceAndKeepsComments() {
        book.replaceBy(book.with(ANNE));

        assertThat(book.find("AKIDanne")).contains(ANNE);
        assertThat(book.text()).isEqualTo("# people\nAKIDbob keyOfBob\nAKIDanne keyOfAnne\n");
    }

    @Test
    void whoeverIsGoneOrHasAnotherKeyIsToldOnce() {
        var gone = new ArrayList<String>();
        book.onRemoved(gone::add);
        book.replaceBy(book.with(ANNE));

        book.replaceBy("AKIDanne otherKey\n");
        book.tellRemoved();
        book.tellRemoved();

        assertThat(gone).containsExactly("AKIDbob", "AKIDanne");
    }

    @Test
    void aMalformedTextIsRefusedAndTheOldOneStays() {
        assertThatThrownBy(() -> book.replaceBy("AKIDanne\n"))
                .isInstanceOf(CredentialException.class)
                .hasMessageContaining("line 1");

        assertThat(book.find("AKIDbob")).isPresent();
    }

    @Test
    void whatExistsIsNotAddedAndWhatDoesNotIsNotRemoved() {
        assertThatThrownBy(() -> book.with(new Credential("AKIDbob", "another")))
                .isInstanceOf(CredentialException.class)
                .hasMessageContaining("AKIDbob");
        assertThatThrownBy(() -> book.without("AKIDnobody"))
                .isInstanceOf(CredentialException.class)
                .hasMessageContaining("unknown");
    }
}
