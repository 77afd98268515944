/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.MessageId;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.message.ReceiptHandle;
import io.quorummq.core.visibility.Lease;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.apache.activemq.artemis.api.core.ActiveMQPropertyConversionException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.protocol.amqp.broker.AMQPStandardMessage;
import org.apache.activemq.artemis.reader.MessageUtil;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.Properties;

/**
 * What a message of one protocol is in another. CMQ bodies are stored as AMQP text messages: half the size of core ones,
 * and every JMS client reads them as a TextMessage.
 */
final class MessageMapper {
    /** Artemis keeps names that begin like this from JMS applications, in its core client and in its conversion to AMQP. */
    private static final SimpleString ENQUEUED =
            SimpleString.of(MessageUtil.CONNECTION_ID_PROPERTY_NAME + "_QMQ_ENQUEUED");

    /** The id that CMQ callers see where it is not the number of the stored message, after the number that it replaces. */
    private static final SimpleString MESSAGE_ID =
            SimpleString.of(MessageUtil.CONNECTION_ID_PROPERTY_NAME + "_QMQ_MESSAGE_ID");

    private static final Symbol DELIVERY_TIME = Symbol.valueOf("x-opt-delivery-time");
    private static final Symbol JMS_TYPE = Symbol.valueOf("x-opt-jms-msg-type");
    private static final byte JMS_TEXT = 5;

    private MessageMapper() {}

    /** The stored form of what a CMQ caller sends; receivers see it under the id shown. */
    @SuppressWarnings("JavaUtilDate") // what proton-j takes
    static Message stored(NewMessage message, long id, MessageId shown, SimpleString address, long now) {
        var header = new Header();
        header.setDurable(true);
        var properties = new Properties();
        properties.setMessageId(UnsignedLong.valueOf(shown.value()));
        properties.setCreationTime(new Date(now));
        Map<Symbol, Object> annotations = new HashMap<>();
        annotations.put(JMS_TYPE, JMS_TEXT);
        if (!message.delay().isZero()) {
            annotations.put(DELIVERY_TIME, now + message.delay().toMillis());
        }
        var stored = AMQPStandardMessage.createMessage(
                id, 0, null, header, properties, null, annotations, null, null, new AmqpValue(message.body()));
        stored.setAddress(address);
        stored.setRoutingType(RoutingType.ANYCAST);
        if (shown.value() != id) {
            show(stored, id, shown);
        }
        return stored;
    }

    /** Has CMQ callers see the message, which is stored under this number, under another id. */
    static void show(Message message, long id, MessageId shown) {
        var ids = ByteBuffer.allocate(2 * Long.BYTES).putLong(id).putLong(shown.value());
        message.putExtraBytesProperty(MESSAGE_ID, ids.array());
    }

    /** The id of a message as CMQ callers see it; that of a copy is its own number, whatever it brought along. */
    static MessageId shownId(Message message, long id) {
        byte[] noted;
        try {
            noted = message.getExtraBytesProperty(MESSAGE_ID);
        } catch (ActiveMQPropertyConversionException notOurs) {
            return new MessageId(id);
        }
        if (noted == null || noted.length != 2 * Long.BYTES) {
            return new MessageId(id);
        }
        var ids = ByteBuffer.wrap(noted);
        return ids.getLong() == id ? new MessageId(ids.getLong()) : new MessageId(id);
    }

    /** Notes the enqueue time by the cluster's clock; the time in a message's own header is its sender's. */
    static void stamp(Message message, long now) {
        message.putExtraBytesProperty(
                ENQUEUED, ByteBuffer.allocate(Long.BYTES).putLong(now).array());
    }

    /**
     * Removes the time of another queue, which a core client that sends on what it received brings along.
     *
     * @return whether there was one
     */
    static boolean removeStamp(Message message) {
        if (!message.containsProperty(ENQUEUED)) {
            return false;
        }
        message.removeProperty(ENQUEUED);
        return true;
    }

    /** When the message was enqueued, or 0 if neither we nor its sender noted it. */
    static long enqueuedMillis(Message message) {
        byte[] noted;
        try {
            noted = message.getExtraBytesProperty(ENQUEUED);
        } catch (ActiveMQPropertyConversionException notOurs) {
            return message.getTimestamp();
        }
        return noted == null || noted.length != Long.BYTES
                ? message.getTimestamp()
                : ByteBuffer.wrap(noted).getLong();
    }

    /** When the message was to be delivered first, or 0 if at once. */
    static long dueMillis(Message message) {
        var due = message.hasScheduledDeliveryTime() ? message.getScheduledDeliveryTime() : null;
        return due == null ? 0 : due;
    }

    /** What a CMQ receive hands out of this message under this lease. */
    static Delivery delivery(MessageReference ref, Lease lease) {
        var message = ref.getMessage();
        var body = MessageBody.of(message);
        var enqueued = enqueuedMillis(message);
        return new Delivery(
                shownId(message, ref.getMessageID()),
                new ReceiptHandle(lease.handle()),
                body.text(),
                body.isBase64(),
                Instant.ofEpochMilli(enqueued > 0 ? enqueued : lease.firstReceived()),
                Instant.ofEpochMilli(lease.firstReceived()),
                Instant.ofEpochMilli(lease.visibleAt()),
                lease.receiveCount());
    }
}
