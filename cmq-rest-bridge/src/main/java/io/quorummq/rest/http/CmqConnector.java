/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Listens on one endpoint; its connections notice a client that leaves while its request waits. */
final class CmqConnector extends ServerConnector {
    private final Endpoint endpoint;
    private final long headMillisMax;

    /** @param headMillisMax how long the line and the headers of a request may take to come in */
    CmqConnector(Server server, Endpoint endpoint, long headMillisMax, ConnectionFactory... protocols) {
        super(server, 1, 1, protocols);
        this.endpoint = endpoint;
        this.headMillisMax = headMillisMax;
        setHost(endpoint.host());
        setPort(endpoint.port());
    }

    Endpoint endpoint() {
        return endpoint;
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        var endPoint = new CmqEndPoint(channel, selector, key, getScheduler(), getExecutor(), headMillisMax);
        endPoint.setIdleTimeout(getIdleTimeout());
        return endPoint;
    }
}
