/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.demo;

import io.quorummq.core.credential.Credential;
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

    /** Logs in with the credential that also signs HTTP requests. */
    private JmsDoor(ConnectionFactory factory, Runnable closeFactory, Credential login) {
        this.closeFactory = closeFactory;
        this.context = factory.createContext(login.secretId(), login.secretKey());
    }

    /** By the core protocol, with Artemis' own client. */
    static JmsDoor core(Access access) {
        var factory = new ActiveMQConnectionFactory(access.coreUri());
        return new JmsDoor(factory, factory::close, access.credential());
    }

    /** By AMQP 1.0, with Qpid JMS. */
    static JmsDoor amqp(Access access) {
        return new JmsDoor(new JmsConnectionFactory(access.amqpUri()), () -> {}, access.credential());
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
}
