/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.security;

import io.quorummq.core.credential.Credentials;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Set;
import java.util.stream.Collectors;
import javax.security.auth.Subject;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;

/** A plain Artemis broker in memory, on a free port, that asks the given credentials. */
final class SecuredBroker {
    static final int IN_VM_ID = 17;

    private final ActiveMQServerImpl server;
    private final CredentialSecurityManager securityManager;

    private SecuredBroker(ActiveMQServerImpl server, CredentialSecurityManager securityManager) {
        this.server = server;
        this.securityManager = securityManager;
    }

    static SecuredBroker start(Credentials credentials) throws Exception {
        var configuration = new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setJMXManagementEnabled(false)
                .addAcceptorConfiguration("all", "tcp://127.0.0.1:0?protocols=CORE,AMQP,STOMP,MQTT")
                .addAcceptorConfiguration("in-vm", "vm://" + IN_VM_ID)
                .addAddressSetting(
                        "#",
                        new AddressSettings()
                                .setDefaultAddressRoutingType(RoutingType.ANYCAST)
                                .setDefaultQueueRoutingType(RoutingType.ANYCAST));
        new AcceptorSecurity(new SecureRandom()).applyTo(configuration);
        var securityManager = new CredentialSecurityManager(credentials, InstantSource.system(), new SecureRandom());
        var server = new ActiveMQServerImpl(configuration, securityManager);
        server.start();
        return new SecuredBroker(server, securityManager);
    }

    int port() {
        return ((NettyAcceptor) server.getRemotingService().getAcceptor("all")).getActualPort();
    }

    OpenConnections connections() {
        return new OpenConnections(server);
    }

    Set<Subject> subjects() {
        return server.getRemotingService().getConnections().stream()
                .map(RemotingConnection::getSubject)
                .collect(Collectors.toSet());
    }

    CredentialSecurityManager securityManager() {
        return securityManager;
    }

    void stop() throws Exception {
        server.stop();
    }
}
