/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.persistence.impl.journal.LargeServerMessageImpl;
import org.apache.activemq.artemis.core.postoffice.RoutingStatus;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.impl.AckReason;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.transaction.impl.TransactionImpl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves messages to dead-letter queues: copy, acknowledgement and removal of the lease in one transaction. */
final class DeadLetters {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

    private final ActiveMQServer server;
    private final StorageManager storage;

    DeadLetters(ActiveMQServer server, StorageManager storage) {
        this.server = server;
        this.storage = storage;
    }

    /**
     * Makes the message a new one of the target: own id, fresh retention, never received.
     *
     * @param delivering whether a JMS or AMQP consumer had it
     * @return false when nothing is bound to the target: then the message has to stay where it is
     */
    boolean move(GateQueue from, MessageReference ref, SimpleString target, boolean delivering) throws Exception {
        if (server.getPostOffice().lookupBindingsForAddress(target) == null) {
            LOG.warn(
                    "Queue {}: message {} stays, because its dead-letter queue {} is gone",
                    from.getName(),
                    ref.getMessageID(),
                    target);
            return false;
        }
        var copy = ref.getMessage().copy(storage.generateID(), true);
        copy.setAddress(target);
        copy.referenceOriginalMessage(ref.getMessage(), from.getName());
        copy.setExpiration(0);
        copy.setScheduledDeliveryTime(0L);
        copy.setRoutingType(RoutingType.ANYCAST);
        MessageMapper.stamp(copy, from.now());
        copy.reencode();
        copy = LargeServerMessageImpl.checkLargeMessage(copy, storage);
        var tx = new TransactionImpl(storage);
        RoutingStatus status;
        try {
            status = server.getPostOffice().route(copy, tx, false, false);
        } catch (Exception e) {
            tx.rollback();
            throw e;
        }
        if (status != RoutingStatus.OK) {
            tx.rollback();
            LOG.warn(
                    "Queue {}: message {} stays, because {} does not take it: {}",
                    from.getName(),
                    ref.getMessageID(),
                    target,
                    status);
            return false;
        }
        from.acknowledge(tx, ref, AckReason.KILLED, null, delivering);
        tx.commit();
        return true;
    }

    /** Whether Artemis' own dead-letter address, if there is one, would keep a message. */
    boolean canTake(AddressSettings settings) throws Exception {
        var address = settings.getDeadLetterAddress();
        if (address == null || address.isEmpty()) {
            return false;
        }
        if (settings.isAutoCreateDeadLetterResources()) {
            return true;
        }
        var bindings = server.getPostOffice().lookupBindingsForAddress(address);
        return bindings != null && !bindings.getBindings().isEmpty();
    }
}
