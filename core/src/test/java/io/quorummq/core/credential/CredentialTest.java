/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CredentialTest {
    @Test
    void theKeyIsNeverShown() {
        assertThat(new Credential("AKIDone", "hush-hush").toString())
                .contains("AKIDone")
                .doesNotContain("hush");
    }

    @Test
    void onlyIdsThatBeginWithAkidCanSign() {
        assertThat(new Credential("AKIDone", "k").canSign()).isTrue();
        assertThat(new Credential("orders-app@example.org", "k").canSign()).isFalse();
        assertThat(new Credential("akidone", "k").canSign()).isFalse();
    }

    @Test
    void generatedCredentialsCanSignAndDiffer() {
        var random = new SecureRandom();

        var generated =
                Stream.generate(() -> Credential.generate(random)).limit(50).toList();

        assertThat(generated).allMatch(Credential::canSign);
        assertThat(generated).extracting(Credential::secretId).doesNotHaveDuplicates();
        assertThat(generated).extracting(Credential::secretKey).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "#a", "a:b", "a\nb", "-a", "ü"})
    void anIdThatCannotBeStoredIsRefused(String secretId) {
        assertThatThrownBy(() -> new Credential(secretId, "k"))
                .isInstanceOf(CredentialException.class)
                .hasMessageContaining("secretId")
                .hasMessageContaining("1 to 128 letters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "se cret", "secret\n", "sécret"})
    void aKeyThatCannotBeStoredIsRefusedWithoutBeingShown(String secretKey) {
        assertThatThrownBy(() -> new Credential("AKIDone", secretKey))
                .isInstanceOf(CredentialException.class)
                .hasMessageContaining("secretKey of AKIDone")
                .hasMessageNotContaining("cret\n");
    }
}
