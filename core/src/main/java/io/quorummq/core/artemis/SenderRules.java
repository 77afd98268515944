/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.CmqError;
import io.quorummq.core.CmqException;
import io.quorummq.core.artemis.delay.Buckets;
import io.quorummq.core.queue.QueueRecord;
import io.quorummq.core.queue.SendRules;
import java.nio.charset.StandardCharsets;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.ActiveMQIOErrorException;
import org.apache.activemq.artemis.api.core.ICoreMessage;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.persistence.StorageManager.LargeMessageExtension;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.LargeServerMessage;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;

/**
 * What binds senders of JMS, AMQP and every other protocol of Artemis. A refusal is thrown before the message is looked
 * up in the duplicate cache or routed, so that nothing is left half done; AMQP senders see it as {@code rejected} with
 * {@code amqp:resource-limit-exceeded}, JMS senders as an exception.
 */
final class SenderRules implements ActiveMQServerMessagePlugin {
    /** What a large message may hold beside its body and still be looked at closely. */
    private static final long PROPERTY_BYTES = 64 << 10;

    private final ActiveMQServer server;
    private final Visibility visibility;
    private final DelayRules delays;

    SenderRules(ActiveMQServer server, Visibility visibility) {
        this.server = server;
        this.visibility = visibility;
        this.delays = new DelayRules(visibility);
    }

    @Override
    public void beforeSend(
            ServerSession session, Transaction tx, Message message, boolean direct, boolean noAutoCreateQueue)
            throws ActiveMQException {
        var address = message.getAddressSimpleString();
        if (address == null) {
            return;
        }
        try {
            check(message, address);
        } catch (ActiveMQException refusal) {
            if (tx != null) {
                // core clients do not wait for the answer to a send in a transaction: its commit has to tell them
                tx.markAsRollbackOnly(refusal);
            }
            throw refusal;
        }
    }

    private void check(Message message, SimpleString address) throws ActiveMQException {
        refuseWhenDiskIsFull(address);
        if (Buckets.isBucket(address)) {
            throw new Refusal("address " + address + " is the broker's own, for delayed messages");
        }
        var changed = delays.settle(message);
        var governed = false;
        if (server.locateQueue(address) instanceof GateQueue queue) {
            if (queue.isTemporary()) {
                return;
            }
            refuseTooManyDelayed(message, queue);
            var record = queue.rules().record().filter(QueueRecord::governed);
            if (record.isPresent()) {
                obey(SendRules.of(record.get()), message, queue);
                governed = true;
            }
        }
        if (!governed && message instanceof ICoreMessage) {
            changed |= MessageMapper.removeStamp(message);
        }
        changed |= makeDurable(message, address);
        refuseWhatFillsMemory(message, address);
        if (changed) {
            message.reencode();
        }
    }

    private void refuseWhenDiskIsFull(SimpleString address) throws ActiveMQException {
        var paging = server.getPagingManager();
        if (paging.isDiskFull()) {
            throw new Refusal("the disk is full: " + paging.getDiskUsableSpace()
                    + " bytes are free, fewer than min-disk-free of broker.xml; message to " + address + " refused");
        }
    }

    private void refuseTooManyDelayed(Message message, GateQueue queue) throws ActiveMQException {
        var due = message.getScheduledDeliveryTime();
        if (due != null
                && due > visibility.now()
                && queue.delayedCount() >= visibility.settings().delayedMessagesMax()) {
            throw refusal(CmqError.TOO_MANY_INACTIVE.because("queueName", queue.getName()));
        }
    }

    /** A message that is not stored, or that a subscriber gets from memory alone, waits in memory however long it is delayed. */
    private void refuseWhatFillsMemory(Message message, SimpleString address) throws ActiveMQException {
        var due = message.getScheduledDeliveryTime();
        if (due != null
                && due > visibility.now()
                && visibility.totals().delayedBytes() >= visibility.settings().delayedBytesMax()
                && (!message.isDurable() || hasNonDurableQueue(address))) {
            throw refusal(CmqError.TOO_MANY_INACTIVE.because(
                    "bytes of delayed messages in memory",
                    visibility.totals().delayedBytes(),
                    "at most delayed-bytes-max for messages that are not stored"));
        }
    }

    private boolean hasNonDurableQueue(SimpleString address) throws ActiveMQException {
        try {
            var bindings = server.getPostOffice().lookupBindingsForAddress(address);
            return bindings != null
                    && bindings.getBindings().stream()
                            .anyMatch(binding -> binding.getBindable() instanceof Queue queue && !queue.isDurable());
        } catch (ActiveMQException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void obey(SendRules rules, Message message, GateQueue queue) throws ActiveMQException {
        try {
            if (message.getWholeMessageSize() > rules.maxMessageBytes()) {
                rules.checkSize(bodyBytes(message, rules.maxMessageBytes()));
            }
            rules.checkRoom(queue.getMessageCount(), 1);
        } catch (CmqException refused) {
            throw refusal(refused);
        }
        MessageMapper.stamp(message, visibility.now());
    }

    /**
     * The body counts, as over HTTP. A large one is a file, which is read only where its bytes do not tell: UTF-16 of a
     * core text message takes up to twice its UTF-8.
     */
    private static long bodyBytes(Message message, long bytesMax) throws ActiveMQException {
        if (message.isLargeMessage() && message.getWholeMessageSize() > 2 * bytesMax + PROPERTY_BYTES) {
            return message.getWholeMessageSize();
        }
        return MessageBody.of(message).text().getBytes(StandardCharsets.UTF_8).length;
    }

    /** AMQP's default is non-durable: such a message would be accepted from memory and lost with the node. */
    private boolean makeDurable(Message message, SimpleString address) throws ActiveMQException {
        if (message.isDurable() || visibility.settings().storesAsSent(address.toString())) {
            return false;
        }
        var known = server.getAddressInfo(address);
        var toQueue = known == null
                ? message.getRoutingType() != RoutingType.MULTICAST
                : !known.isTemporary() && known.getRoutingTypes().contains(RoutingType.ANYCAST);
        if (!toQueue) {
            return false;
        }
        if (message instanceof LargeServerMessage large) {
            keepFile(large);
        }
        message.setDurable(true);
        return true;
    }

    /** The body of a non-durable large message lies in a file whose name marks it for deletion at the next start. */
    private static void keepFile(LargeServerMessage large) throws ActiveMQException {
        try {
            large.getAppendFile().renameTo(large.getMessageID() + LargeMessageExtension.DURABLE.getExtension());
        } catch (Exception e) {
            throw new ActiveMQIOErrorException("the body of message " + large.getMessageID() + " cannot be kept", e);
        }
    }

    private static Refusal refusal(CmqException refused) {
        return new Refusal(refused.message());
    }

    /** An address that is full, to both protocols. Artemis logs it; where it was thrown would tell the operator nothing. */
    private static final class Refusal extends ActiveMQException {
        private static final long serialVersionUID = 1L;

        Refusal(String reason) {
            super(reason, ActiveMQExceptionType.ADDRESS_FULL);
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
