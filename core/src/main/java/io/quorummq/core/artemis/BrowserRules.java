/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.ServerConsumer;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;

/**
 * A browser sees what a consumer could get. Messages that are hidden lie in no list of the queue, but a browser reads its
 * pages as well.
 */
final class BrowserRules implements ActiveMQServerMessagePlugin {
    @Override
    public boolean canAccept(ServerConsumer consumer, MessageReference ref) {
        return !consumer.isBrowseOnly() || !(consumer.getQueue() instanceof GateQueue queue) || queue.isVisible(ref);
    }
}
