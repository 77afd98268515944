/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.demo;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import java.time.Duration;
import java.util.Optional;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;

/** One JMS client, logged in, that sends and receives texts. */
final class JmsDoor implements AutoCloseable {
    private final Runnable closeFactory;
    private final JMSContext context;

    private JmsDoor(ConnectionFactory factory, Runnable closeFactory, Login login) {
        this.closeFactory = closeFactory;
        this.context = factory.createContext(login.user(), login.password());
    }

    /** By the core protocol, with Artemis' own client. */
    static JmsDoor core(String host, int port, Login login) {
        var factory = new ActiveMQConnectionFactory("tcp://" + host + ":" + port);
        return new JmsDoor(factory, factory::close, login);
    }

    /** By AMQP 1.0, with Qpid JMS. */
    static JmsDoor amqp(String host, int port, Login login) {
        return new JmsDoor(new JmsConnectionFactory("amqp://" + host + ":" + port), () -> {}, login);
    }

    void send(String queue, String text) {
        context.createProducer().send(context.createQueue(queue), text);
    }

    Optional<String> receive(String queue, Duration wait) {
        try (var consumer = context.createConsumer(context.createQueue(queue))) {
            return Optional.ofNullable(consumer.receiveBody(String.class, wait.toMillis()));
        }
    }

    @Override
    public void close() {
        context.close();
        closeFactory.run();
    }

    /** What both clients log in with: the credential that also signs HTTP requests. */
    record Login(String user, String password) {}
}
