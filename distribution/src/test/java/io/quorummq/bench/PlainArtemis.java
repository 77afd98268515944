/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.ActiveMQServers;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/** A broker that is none of ours, in memory, on a free port. */
final class PlainArtemis implements AutoCloseable {
    private final ActiveMQServer server;

    PlainArtemis() throws Exception {
        var configuration = new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .addAcceptorConfiguration("all", "tcp://127.0.0.1:0?protocols=CORE,AMQP");
        configuration.addAddressSetting(
                "#",
                new AddressSettings()
                        .setDefaultQueueRoutingType(RoutingType.ANYCAST)
                        .setDefaultAddressRoutingType(RoutingType.ANYCAST)
                        .setAutoDeleteQueues(false)
                        .setAutoDeleteAddresses(false));
        server = ActiveMQServers.newActiveMQServer(configuration, false);
        server.start();
    }

    int port() {
        return ((NettyAcceptor) server.getRemotingService().getAcceptor("all")).getActualPort();
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the broker did not stop", e);
        }
    }
}
