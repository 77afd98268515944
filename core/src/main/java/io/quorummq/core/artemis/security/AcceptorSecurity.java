/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.security;

import io.quorummq.core.credential.CredentialException;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.apache.activemq.artemis.api.config.ActiveMQDefaultConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;

/** The settings of an Artemis configuration without which {@link CredentialSecurityManager} would leave a door open. */
public final class AcceptorSecurity {
    private static final String SASL_MECHANISMS = "saslMechanisms";
    private static final String SCRAM_AND_PLAIN = "SCRAM-SHA-256,PLAIN";
    private static final int PASSWORD_BYTES = 32;

    private final SecureRandom random;

    /** The random numbers make the password of Artemis' own cluster user. */
    public AcceptorSecurity(SecureRandom random) {
        this.random = random;
    }

    /**
     * Completes the configuration, which must not be in use yet: every network acceptor offers SCRAM-SHA-256 and PLAIN
     * to AMQP clients, unless it names its {@code saslMechanisms} itself; Artemis' cluster user gets a random password,
     * unless the operator gave it one; and Artemis does not cache logins.
     *
     * @throws CredentialException if the configuration switches security off
     */
    public void applyTo(Configuration configuration) {
        if (!configuration.isSecurityEnabled()) {
            throw new CredentialException(
                    "security-enabled is false: every connection has to log in, remove the setting from broker.xml");
        }
        // The cache takes a missing password for an empty one: whom SCRAM let in without a password could then be
        // impersonated by anyone with an empty one. It would also keep removed credentials valid.
        configuration.setAuthenticationCacheSize(0);
        if (ActiveMQDefaultConfiguration.getDefaultClusterPassword().equals(configuration.getClusterPassword())) {
            configuration.setClusterPassword(randomPassword());
        }
        for (var acceptor : configuration.getAcceptorConfigurations()) {
            if (NettyAcceptorFactory.class.getName().equals(acceptor.getFactoryClassName())
                    && !acceptor.getParams().containsKey(SASL_MECHANISMS)) {
                acceptor.getExtraParams().putIfAbsent(SASL_MECHANISMS, SCRAM_AND_PLAIN);
            }
        }
    }

    private String randomPassword() {
        var bytes = new byte[PASSWORD_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
