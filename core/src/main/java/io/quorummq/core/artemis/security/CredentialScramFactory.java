/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.security;

import java.security.NoSuchAlgorithmException;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.protocol.amqp.broker.AmqpInterceptor;
import org.apache.activemq.artemis.protocol.amqp.proton.AMQPRoutingHandler;
import org.apache.activemq.artemis.protocol.amqp.sasl.ServerSASL;
import org.apache.activemq.artemis.protocol.amqp.sasl.ServerSASLFactory;
import org.apache.activemq.artemis.protocol.amqp.sasl.scram.SHA256SCRAMServerSASLFactory;
import org.apache.activemq.artemis.spi.core.protocol.ProtocolManager;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.apache.activemq.artemis.spi.core.remoting.Connection;
import org.jspecify.annotations.Nullable;

/**
 * Offers SCRAM-SHA-256 over QuorumMQ's credentials to the AMQP clients of a broker that has a
 * {@link CredentialSecurityManager}; other brokers of the same process keep Artemis' own SCRAM.
 *
 * <p>Artemis finds it by its service loader and prefers it by its precedence. It takes the place of a JAAS login module
 * and so needs no configuration that the whole process would have to share. As with Artemis' own, an acceptor offers
 * the mechanism only if its parameter {@code saslMechanisms} says so.
 */
public final class CredentialScramFactory implements ServerSASLFactory {
    private static final int PRECEDENCE = 1_000;

    private final SHA256SCRAMServerSASLFactory artemisOwn = new SHA256SCRAMServerSASLFactory();

    @Override
    public String getMechanism() {
        return artemisOwn.getMechanism();
    }

    @Override
    public @Nullable ServerSASL create(
            ActiveMQServer server,
            ProtocolManager<AmqpInterceptor, AMQPRoutingHandler> manager,
            Connection connection,
            RemotingConnection remotingConnection) {
        if (!(server.getSecurityManager() instanceof CredentialSecurityManager credentials)) {
            return artemisOwn.create(server, manager, connection, remotingConnection);
        }
        try {
            return new CredentialScram(
                    credentials.scramSecrets(), credentials.failedLogins(), remotingConnection.getRemoteAddress());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java cannot do " + getMechanism(), e);
        }
    }

    @Override
    public int getPrecedence() {
        return PRECEDENCE;
    }

    @Override
    public boolean isDefaultPermitted() {
        return false;
    }
}
