/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.security;

import org.apache.activemq.artemis.api.core.ActiveMQDisconnectedException;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.spi.core.security.jaas.UserPrincipal;
import org.apache.activemq.artemis.utils.SecurityManagerUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The clients of all protocols that are connected to a broker now. */
public final class OpenConnections {
    private static final Logger LOG = LoggerFactory.getLogger(OpenConnections.class);

    private final ActiveMQServer server;

    public OpenConnections(ActiveMQServer server) {
        this.server = server;
    }

    /** Ends every connection that logged in with this id; their unacknowledged messages become visible again. */
    public void closeThoseOf(String secretId) {
        var closed = 0;
        for (var connection : server.getRemotingService().getConnections()) {
            var user = SecurityManagerUtil.getUserFromSubject(connection.getSubject(), UserPrincipal.class);
            if (secretId.equals(user)) {
                server.getRemotingService().removeConnection(connection.getID());
                connection.fail(
                        new ActiveMQDisconnectedException("credential " + secretId + " was removed or changed"));
                closed++;
            }
        }
        if (closed > 0) {
            LOG.info("{} connections of credential {} closed, which was removed or changed", closed, secretId);
        }
    }
}
