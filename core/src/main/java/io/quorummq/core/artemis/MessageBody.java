/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.api.core.ICoreMessage;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.protocol.amqp.broker.AMQPLargeMessage;
import org.apache.activemq.artemis.protocol.amqp.broker.AMQPMessage;
import org.apache.activemq.artemis.protocol.amqp.util.TLSEncode;
import org.apache.activemq.artemis.reader.MapMessageUtil;
import org.apache.activemq.artemis.reader.StreamMessageUtil;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The body of a message of any protocol as the text that CMQ hands out. Text stays text; bytes are text if they are UTF-8,
 * else Base64; maps, streams and lists are JSON. No message is without a body, however strange it is.
 */
record MessageBody(String text, boolean isBase64) {
    private static final Logger LOG = LoggerFactory.getLogger(MessageBody.class);
    private static final MessageBody EMPTY = new MessageBody("", false);

    static MessageBody of(Message message) {
        try {
            return message instanceof AMQPMessage amqp ? ofAmqp(amqp) : ofCore(message.toCore());
        } catch (RuntimeException e) {
            LOG.warn("Message {} is handed out with its bytes as they are", message.getMessageID(), e);
            return encoded(message);
        }
    }

    // --- AMQP --------------------------------------------------------------------------------------------------------

    private static MessageBody ofAmqp(AMQPMessage message) {
        if (message instanceof AMQPLargeMessage large) {
            return ofSections(sections(large.getData()));
        }
        var first = message.getBody();
        if (first == null) {
            return EMPTY;
        }
        // a value stands alone; of the others there may be several
        return ofSections(first instanceof AmqpValue ? List.of(first) : sections(message.getSendBuffer(1, null)));
    }

    /** The sections of the body, as often as the sender wrote them. */
    private static List<Section> sections(ReadableBuffer encoded) {
        var decoder = TLSEncode.getDecoder();
        var found = new ArrayList<Section>();
        decoder.setBuffer(encoded);
        try {
            while (encoded.hasRemaining()) {
                var section = decoder.readObject();
                if (section instanceof AmqpValue || section instanceof Data || section instanceof AmqpSequence) {
                    found.add((Section) section);
                }
            }
        } finally {
            decoder.setBuffer(null);
        }
        return found;
    }

    private static MessageBody ofSections(List<Section> sections) {
        if (sections.isEmpty()) {
            return EMPTY;
        }
        if (sections.get(0) instanceof AmqpValue value) {
            return ofValue(value.getValue());
        }
        var bytes = new ArrayList<Binary>();
        var items = new ArrayList<Object>();
        for (var section : sections) {
            if (section instanceof Data data && data.getValue() != null) {
                bytes.add(data.getValue());
            } else if (section instanceof AmqpSequence sequence && sequence.getValue() != null) {
                List<?> values = sequence.getValue();
                items.addAll(values);
            }
        }
        return sections.get(0) instanceof AmqpSequence ? new MessageBody(JsonText.of(items), false) : ofBytes(bytes);
    }

    private static MessageBody ofValue(@Nullable Object value) {
        if (value == null) {
            return EMPTY;
        }
        if (value instanceof Binary binary) {
            return ofBytes(List.of(binary));
        }
        return new MessageBody(
                value instanceof Map || value instanceof List ? JsonText.of(value) : String.valueOf(value), false);
    }

    private static MessageBody ofBytes(List<Binary> parts) {
        var joined =
                ByteBuffer.allocate(parts.stream().mapToInt(Binary::getLength).sum());
        for (var part : parts) {
            joined.put(part.getArray(), part.getArrayOffset(), part.getLength());
        }
        return ofBytes(joined.array());
    }

    // --- core --------------------------------------------------------------------------------------------------------

    private static MessageBody ofCore(ICoreMessage message) {
        // inflated, where the client compressed it
        var buffer = message.getDataBuffer();
        return switch (message.getType()) {
            case Message.TEXT_TYPE -> ofCoreText(buffer);
            case Message.MAP_TYPE ->
                new MessageBody(JsonText.of(MapMessageUtil.readBodyMap(buffer).getMap()), false);
            case Message.STREAM_TYPE -> new MessageBody(JsonText.of(items(buffer)), false);
            case Message.OBJECT_TYPE -> ofCoreObject(buffer);
            default -> ofBytes(remaining(buffer));
        };
    }

    private static MessageBody ofCoreText(ActiveMQBuffer buffer) {
        var text = buffer.readable() ? buffer.readNullableSimpleString() : null;
        return text == null ? EMPTY : new MessageBody(text.toString(), false);
    }

    private static MessageBody ofCoreObject(ActiveMQBuffer buffer) {
        if (buffer.readableBytes() < Integer.BYTES) {
            return EMPTY;
        }
        var serialized = new byte[Math.min(buffer.readInt(), buffer.readableBytes())];
        buffer.readBytes(serialized);
        return ofBytes(serialized);
    }

    private static List<Object> items(ActiveMQBuffer buffer) {
        var items = new ArrayList<Object>();
        while (buffer.readable()) {
            items.add(StreamMessageUtil.streamReadObject(buffer));
        }
        return items;
    }

    private static byte[] remaining(ActiveMQBuffer buffer) {
        var bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        return bytes;
    }

    // --- bytes -------------------------------------------------------------------------------------------------------

    /** Bytes that are UTF-8 are text; others travel as Base64, and say so. */
    private static MessageBody ofBytes(byte[] bytes) {
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return new MessageBody(text.toString(), false);
        } catch (CharacterCodingException notText) {
            return base64(bytes);
        }
    }

    /** What is left for a message whose body does not keep to its own type. */
    private static MessageBody encoded(Message message) {
        if (message instanceof AMQPLargeMessage large) {
            return base64(remaining(large.getData()));
        }
        if (message instanceof AMQPMessage amqp) {
            return base64(remaining(amqp.getSendBuffer(1, null)));
        }
        return base64(remaining(message.toCore().getReadOnlyBodyBuffer()));
    }

    private static byte[] remaining(ReadableBuffer buffer) {
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static MessageBody base64(byte[] bytes) {
        return new MessageBody(Base64.getEncoder().encodeToString(bytes), true);
    }
}
