/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.server.ActivateCallback;
import org.apache.activemq.artemis.core.server.NodeManager;
import org.apache.activemq.artemis.utils.UUID;

/**
 * The broker's identity, the same on every node, so that a failover looks to clients like a reconnect. Who may be the active one is
 * decided by the office, before the engine is made, hence there is nothing to wait for here.
 */
final class FixedNode extends NodeManager {
    FixedNode(java.util.UUID id) {
        super(false);
        setUUID(new UUID(id.version(), UUID.stringToBytes(id.toString())));
    }

    @Override
    public ActivateCallback startPrimaryNode() {
        return new ActivateCallback() {};
    }

    @Override
    public SimpleString readNodeId() {
        return getNodeId();
    }

    @Override
    public void awaitPrimaryNode() {}

    @Override
    public void awaitActiveStatus() {}

    @Override
    public void startBackup() {}

    @Override
    public void pausePrimaryServer() {}

    @Override
    public void crashPrimaryServer() {}

    @Override
    public void releaseBackup() {}

    @Override
    public boolean isAwaitingFailback() {
        return false;
    }

    @Override
    public boolean isBackupActive() {
        return false;
    }

    @Override
    public void interrupt() {}
}
