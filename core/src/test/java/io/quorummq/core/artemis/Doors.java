/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.message.Delivery;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** The three doors to one queue, each opened by the library that its users have. */
final class Doors implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final TestEngine engine;
    private final Map<Door, Connection> connections = new EnumMap<>(Door.class);

    /** Which door. */
    enum Door {
        CMQ,
        CORE,
        AMQP
    }

    Doors(TestEngine engine) throws JMSException {
        this.engine = engine;
        connections.put(Door.CORE, engine.core());
        connections.put(Door.AMQP, engine.amqp());
    }

    Session session(Door door) throws JMSException {
        return session(door, Session.AUTO_ACKNOWLEDGE);
    }

    Session session(Door door, int mode) throws JMSException {
        return connection(door).createSession(mode == Session.SESSION_TRANSACTED, mode);
    }

    Connection connection(Door door) {
        var connection = connections.get(door);
        if (connection == null) {
            throw new IllegalArgumentException(door + " is no door for JMS");
        }
        return connection;
    }

    /** Sends a text; a CMQ queue has to exist. */
    void send(Door door, String queue, String text) throws JMSException {
        if (door == Door.CMQ) {
            engine.sendTo(queue, text, Duration.ZERO);
        } else {
            send(door, queue, session -> session.createTextMessage(text), producer -> {});
        }
    }

    /** Sends what a JMS session makes. */
    Message send(Door door, String queue, Making making) throws JMSException {
        return send(door, queue, making, producer -> {});
    }

    Message send(Door door, String queue, Making making, Setting setting) throws JMSException {
        try (var session = session(door);
                var producer = session.createProducer(session.createQueue(queue))) {
            setting.set(producer);
            var message = making.make(session);
            producer.send(message);
            return message;
        }
    }

    /** Receives and deletes one text. */
    String receive(Door door, String queue) throws JMSException {
        return door == Door.CMQ
                ? receiveCmq(queue).body()
                : receiveJms(door, queue, TextMessage.class).getText();
    }

    Delivery receiveCmq(String queue) {
        var received = engine.receiveFrom(queue, 1, PATIENCE);
        if (received.isEmpty()) {
            throw new AssertionError("nothing came out of " + queue);
        }
        engine.delete(queue, received.get(0));
        return received.get(0);
    }

    <M extends Message> M receiveJms(Door door, String queue, Class<M> kind) throws JMSException {
        try (var session = session(door);
                var consumer = session.createConsumer(session.createQueue(queue))) {
            var message = consumer.receive(PATIENCE.toMillis());
            if (message == null) {
                throw new AssertionError("nothing came out of " + queue);
            }
            return kind.cast(message);
        }
    }

    /** Whether a JMS consumer sees nothing within a moment. */
    boolean isEmpty(Door door, String queue) throws JMSException {
        try (var session = session(door);
                var consumer = session.createConsumer(session.createQueue(queue))) {
            return consumer.receive(200) == null;
        }
    }

    @Override
    public void close() throws JMSException {
        for (var connection : connections.values()) {
            connection.close();
        }
    }

    /** Makes a message of this session's provider. */
    @FunctionalInterface
    interface Making {
        Message make(Session session) throws JMSException;
    }

    /** Sets what a producer sends with. */
    @FunctionalInterface
    interface Setting {
        void set(MessageProducer producer) throws JMSException;
    }
}
