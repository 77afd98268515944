/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.MessageId;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.message.ReceiptHandle;
import io.quorummq.core.visibility.Lease;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.apache.activemq.artemis.api.core.ActiveMQPropertyConversionException;
import org.apache.activemq.artemis.api.core.ICoreMessage;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.protocol.amqp.broker.AMQPMessage;
import org.apache.activemq.artemis.protocol.amqp.broker.AMQPStandardMessage;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.Properties;

/**
 * What a message of one protocol is in another. CMQ bodies are stored as AMQP text messages: half the size of core ones,
 * and every JMS client reads them as a TextMessage.
 */
final class MessageMapper {
    private static final SimpleString ENQUEUED = SimpleString.of("_AMQ_QMQ_ENQUEUED");
    private static final Symbol DELIVERY_TIME = Symbol.valueOf("x-opt-delivery-time");
    private static final Symbol JMS_TYPE = Symbol.valueOf("x-opt-jms-msg-type");
    private static final byte JMS_TEXT = 5;

    private MessageMapper() {}

    /** The stored form of what a CMQ caller sends. */
    @SuppressWarnings("JavaUtilDate") // what proton-j takes
    static Message stored(NewMessage message, long id, SimpleString address, long now) {
        var header = new Header();
        header.setDurable(true);
        var properties = new Properties();
        properties.setMessageId(UnsignedLong.valueOf(id));
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
        return stored;
    }

    /** Notes the enqueue time by the cluster's clock; the time in a message's own header is its sender's. */
    static void stamp(Message message, long now) {
        message.putExtraBytesProperty(
                ENQUEUED, ByteBuffer.allocate(Long.BYTES).putLong(now).array());
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

    /** What a CMQ receive hands out of this message under this lease. */
    static Delivery delivery(MessageReference ref, Lease lease) {
        var message = ref.getMessage();
        var body = body(message);
        var enqueued = enqueuedMillis(message);
        return new Delivery(
                new MessageId(ref.getMessageID()),
                new ReceiptHandle(lease.handle()),
                body.text,
                body.isBase64,
                Instant.ofEpochMilli(enqueued > 0 ? enqueued : lease.firstReceived()),
                Instant.ofEpochMilli(lease.firstReceived()),
                Instant.ofEpochMilli(lease.visibleAt()),
                lease.receiveCount());
    }

    static Body body(Message message) {
        return message instanceof AMQPMessage amqp && !amqp.isLargeMessage()
                ? amqpBody(amqp)
                : coreBody(message.toCore());
    }

    private static Body amqpBody(AMQPMessage message) {
        var section = message.getBody();
        if (section instanceof AmqpValue value) {
            if (value.getValue() == null) {
                return new Body("", false);
            }
            if (value.getValue() instanceof String text) {
                return new Body(text, false);
            }
            if (value.getValue() instanceof Binary binary) {
                return textOf(binary);
            }
        } else if (section instanceof Data data) {
            return data.getValue() == null ? new Body("", false) : textOf(data.getValue());
        } else if (section == null) {
            return new Body("", false);
        }
        return coreBody(message.toCore());
    }

    private static Body coreBody(ICoreMessage message) {
        var buffer = message.getReadOnlyBodyBuffer();
        if (message.getType() == Message.TEXT_TYPE) {
            var text = buffer.readableBytes() == 0 ? null : buffer.readNullableSimpleString();
            return new Body(text == null ? "" : text.toString(), false);
        }
        var bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        return textOf(bytes);
    }

    private static Body textOf(Binary binary) {
        var from = binary.getArrayOffset();
        return textOf(Arrays.copyOfRange(binary.getArray(), from, from + binary.getLength()));
    }

    /** Bytes that are UTF-8 are text; others travel as Base64, and say so. */
    private static Body textOf(byte[] bytes) {
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return new Body(text.toString(), false);
        } catch (CharacterCodingException notText) {
            return new Body(Base64.getEncoder().encodeToString(bytes), true);
        }
    }

    record Body(String text, boolean isBase64) {}
}
