/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.time.Duration;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a server away whose store can not be written any more. */
final class ServerRemoval {
    private static final Logger LOG = LoggerFactory.getLogger(ServerRemoval.class);

    private final ActiveMQServerImpl server;

    ServerRemoval(ActiveMQServerImpl server) {
        this.server = server;
    }

    /** Lets nobody in and everybody out, without a word: whatever is said now could be taken for an answer. */
    void cutConnections() {
        var remoting = server.getRemotingService();
        if (remoting == null) {
            return;
        }
        remoting.pauseAcceptors();
        for (var connection : remoting.getConnections()) {
            try {
                connection.getTransportConnection().forceClose();
            } catch (RuntimeException e) {
                LOG.warn("A connection from {} could not be cut", connection.getRemoteAddress(), e);
            }
        }
    }

    /** As Artemis does it after an I/O error: counters and ids are not stored. */
    void stop(Duration limit) {
        var stopping = new Thread(() -> server.stop(false, true, false), "abandon-" + server.getNodeID());
        stopping.setDaemon(true);
        stopping.start();
        try {
            stopping.join(limit.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (stopping.isAlive()) {
            LOG.warn("The abandoned engine takes longer than {} to stop", limit);
        }
    }
}
