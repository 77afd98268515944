/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;

/** JMS over core or AMQP: a connection, a session and a thread for each worker; the broker makes the queues. */
final class JmsDoor implements Door {
    private static final int CONFIRMATION_WINDOW_BYTES = 10 << 20;

    private final ConnectionFactory factory;
    private final Target target;
    private final Load load;

    JmsDoor(Target target, Load load) {
        this.factory =
                target.protocol() == Target.Protocol.AMQP ? new JmsConnectionFactory(target.uri()) : core(target.uri());
        this.target = target;
        this.load = load;
    }

    /**
     * The core client calls a completion listener as soon as the message is written, not when the broker has it, unless
     * there is a confirmation window: a bench without one would measure its own sockets and count unconfirmed messages.
     */
    private static ConnectionFactory core(String uri) {
        var factory = new ActiveMQConnectionFactory(uri);
        if (factory.getConfirmationWindowSize() < 0) {
            factory.setConfirmationWindowSize(CONFIRMATION_WINDOW_BYTES);
        }
        return factory;
    }

    @Override
    public void prepare() {
        // A JMS producer's or consumer's queue is made by the broker when the worker names it.
    }

    @Override
    public Worker producer(int index) throws JMSException {
        return new JmsProducer(connected(), load, index);
    }

    @Override
    public Worker consumer(int index) throws JMSException {
        return new JmsConsumer(connected(), load, index);
    }

    @Override
    public void close() {
        if (factory instanceof ActiveMQConnectionFactory core) {
            core.close();
        }
    }

    private Connection connected() throws JMSException {
        var login = target.login();
        var connection = login.isPresent()
                ? factory.createConnection(login.get().secretId(), login.get().secretKey())
                : factory.createConnection();
        try {
            connection.start();
            return connection;
        } catch (JMSException e) {
            connection.close();
            throw e;
        }
    }
}
