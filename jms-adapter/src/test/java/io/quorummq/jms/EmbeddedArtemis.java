/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.jms;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager;
import org.jspecify.annotations.Nullable;

/** A plain broker in memory that lets in {@code AKIDme} with {@code my-key}. */
final class EmbeddedArtemis {
    private final ActiveMQServerImpl server;

    private EmbeddedArtemis(ActiveMQServerImpl server) {
        this.server = server;
    }

    /** Port 0 takes a free one. */
    static EmbeddedArtemis start(int port) throws Exception {
        return start(port, Map.of());
    }

    static EmbeddedArtemis startWithTls(Path keyStore, String password) throws Exception {
        return start(
                0, Map.of("sslEnabled", "true", "keyStorePath", keyStore.toString(), "keyStorePassword", password));
    }

    private static EmbeddedArtemis start(int port, Map<String, Object> moreParameters) throws Exception {
        var configuration = new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setJMXManagementEnabled(false)
                .addAcceptorConfiguration("amqp", "tcp://127.0.0.1:" + port + "?protocols=AMQP;saslMechanisms=PLAIN")
                .addAddressSetting(
                        "#",
                        new AddressSettings()
                                .setDefaultAddressRoutingType(RoutingType.ANYCAST)
                                .setDefaultQueueRoutingType(RoutingType.ANYCAST));
        configuration
                .getAcceptorConfigurations()
                .forEach(acceptor -> acceptor.getParams().putAll(moreParameters));
        var server = new ActiveMQServerImpl(configuration, new OneUser());
        server.start();
        return new EmbeddedArtemis(server);
    }

    int port() {
        return ((NettyAcceptor) server.getRemotingService().getAcceptor("amqp")).getActualPort();
    }

    void stop() throws Exception {
        server.stop();
    }

    private static final class OneUser implements ActiveMQSecurityManager {
        @Override
        public boolean validateUser(@Nullable String user, @Nullable String password) {
            return "AKIDme".equals(user) && "my-key".equals(password);
        }

        @Override
        public boolean validateUserAndRole(
                @Nullable String user, @Nullable String password, Set<Role> roles, CheckType checkType) {
            return validateUser(user, password);
        }
    }
}
