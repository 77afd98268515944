/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A JMS client that leaves failover to its connection: it makes a new one only if the old one says that it is closed.
 * Takes messages in transactions, because a commit is the one acknowledgement of a consumer that every client waits for.
 */
final class JmsQueueClient implements QueueClient {
    private static final int BATCH = 10;
    private static final long WAIT_MILLIS = 1000;
    private static final long NEXT_WAIT_MILLIS = 20;

    private final ConnectionFactory factory;
    private final String queue;
    private @Nullable Connection connection;
    private @Nullable Session sending;
    private @Nullable MessageProducer producer;
    private @Nullable Session together;
    private @Nullable MessageProducer producerTogether;
    private @Nullable Session taking;
    private @Nullable MessageConsumer consumer;
    private boolean isClosed;
    private int reconnects;

    /** Connects when it is first used. */
    JmsQueueClient(ConnectionFactory factory, String queue) {
        this.factory = factory;
        this.queue = queue;
    }

    @Override
    public void send(String body) throws JMSException {
        try {
            producer().send(connectedSession(sending).createTextMessage(body));
        } catch (JMSException e) {
            throw noted(e);
        }
    }

    /** Several in a transaction, one alone without. */
    @Override
    public void send(List<String> bodies, Duration delay) throws JMSException {
        try {
            if (bodies.size() == 1) {
                producer().setDeliveryDelay(delay.toMillis());
                producer().send(connectedSession(sending).createTextMessage(bodies.get(0)));
            } else {
                sendTogether(bodies, delay);
            }
        } catch (JMSException e) {
            throw noted(e);
        }
    }

    private void sendTogether(List<String> bodies, Duration delay) throws JMSException {
        if (producerTogether == null) {
            together = connection().createSession(Session.SESSION_TRANSACTED);
            producerTogether = together.createProducer(together.createQueue(queue));
        }
        var session = connectedSession(together);
        try {
            producerTogether.setDeliveryDelay(delay.toMillis());
            for (var body : bodies) {
                producerTogether.send(session.createTextMessage(body));
            }
        } catch (JMSException e) {
            giveBack(session);
            throw e;
        }
        session.commit();
    }

    private MessageProducer producer() throws JMSException {
        var made = producer;
        if (made == null) {
            var session = connection().createSession(Session.AUTO_ACKNOWLEDGE);
            made = session.createProducer(session.createQueue(queue));
            sending = session;
            producer = made;
        }
        return made;
    }

    @Override
    public List<String> receive() throws JMSException {
        try {
            if (consumer == null) {
                taking = connection().createSession(Session.SESSION_TRANSACTED);
                consumer = taking.createConsumer(taking.createQueue(queue));
            }
            var bodies = new ArrayList<String>();
            var message = consumer.receive(WAIT_MILLIS);
            while (message != null) {
                bodies.add(message.getBody(String.class));
                message = bodies.size() < BATCH ? consumer.receive(NEXT_WAIT_MILLIS) : null;
            }
            return bodies;
        } catch (JMSException e) {
            giveBack(taking);
            throw noted(e);
        }
    }

    /**
     * What was sent or received before the failure is not dealt with. After a failed commit it would be wrong: that has rolled
     * back already, and Qpid JMS then gives back what it has prefetched, and hands it out nevertheless.
     */
    private void giveBack(@Nullable Session session) {
        if (session != null) {
            try {
                session.rollback();
            } catch (JMSException e) {
                isClosed = isClosed || e instanceof IllegalStateException;
            }
        }
    }

    @Override
    public void deleteReceived() throws JMSException {
        try {
            connectedSession(taking).commit();
        } catch (JMSException e) {
            throw noted(e);
        }
    }

    @Override
    public void recover() {
        if (isClosed) {
            reconnects++;
            close();
        }
    }

    @Override
    public int reconnects() {
        return reconnects;
    }

    @Override
    public void close() {
        var old = connection;
        connection = null;
        sending = null;
        producer = null;
        together = null;
        producerTogether = null;
        taking = null;
        consumer = null;
        isClosed = false;
        if (old != null) {
            try {
                old.close();
            } catch (JMSException e) {
                // the connection is gone, which is what was wanted
            }
        }
    }

    private Connection connection() throws JMSException {
        var made = connection;
        if (made == null) {
            made = factory.createConnection(NodeProcess.CREDENTIAL.secretId(), NodeProcess.CREDENTIAL.secretKey());
            connection = made;
            made.start();
        }
        return made;
    }

    private static Session connectedSession(@Nullable Session session) throws JMSException {
        if (session == null) {
            throw new IllegalStateException("nothing was received, or the connection was lost since");
        }
        return session;
    }

    private JMSException noted(JMSException failure) {
        isClosed = isClosed || failure instanceof IllegalStateException;
        return failure;
    }
}
