/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.credential.CredentialException;
import java.security.SecureRandom;
import java.util.Map;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.junit.jupiter.api.Test;

final class AcceptorSecurityTest {
    private final AcceptorSecurity security = new AcceptorSecurity(new SecureRandom());
    private final Configuration configuration = new ConfigurationImpl();

    @Test
    void networkAcceptorsOfferScramAndPlainUnlessTheySaySomethingElse() throws Exception {
        configuration
                .addAcceptorConfiguration("silent", "tcp://127.0.0.1:5672")
                .addAcceptorConfiguration("explicit", "tcp://127.0.0.1:5673?saslMechanisms=PLAIN")
                .addAcceptorConfiguration("inside", "vm://0");

        security.applyTo(configuration);

        assertThat(parametersOf("silent")).containsEntry("saslMechanisms", "SCRAM-SHA-256,PLAIN");
        assertThat(parametersOf("explicit")).containsEntry("saslMechanisms", "PLAIN");
        assertThat(parametersOf("inside")).doesNotContainKey("saslMechanisms");
    }

    @Test
    void loginsAreNotCached() {
        security.applyTo(configuration);

        assertThat(configuration.getAuthenticationCacheSize()).isZero();
    }

    @Test
    void theClusterUserGetsAPasswordThatNobodyKnows() {
        var other = new ConfigurationImpl();

        security.applyTo(configuration);
        security.applyTo(other);

        assertThat(configuration.getClusterPassword()).hasSize(64).isNotEqualTo(other.getClusterPassword());
    }

    @Test
    void theOperatorsClusterPasswordIsKept() {
        configuration.setClusterPassword("the-operator's");

        security.applyTo(configuration);

        assertThat(configuration.getClusterPassword()).isEqualTo("the-operator's");
    }

    @Test
    void aConfigurationWithoutSecurityIsRefused() {
        configuration.setSecurityEnabled(false);

        assertThatThrownBy(() -> security.applyTo(configuration))
                .isInstanceOf(CredentialException.class)
                .hasMessageContaining("security-enabled");
    }

    private Map<String, Object> parametersOf(String acceptor) {
        return configuration.getAcceptorConfigurations().stream()
                .filter(candidate -> candidate.getName().equals(acceptor))
                .findFirst()
                .orElseThrow()
                .getCombinedParams();
    }
}
