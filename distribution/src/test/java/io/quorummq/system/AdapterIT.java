/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.ReceivedMessage;
import io.quorummq.jms.CmqDelay;
import io.quorummq.jms.CmqTags;
import io.quorummq.jms.QuorumMqConnectionFactory;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.JMSSecurityRuntimeException;
import jakarta.jms.Queue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.naming.Context;
import javax.naming.InitialContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The JMS adapter against a real node, named second after a host where nobody listens. */
@Timeout(60)
final class AdapterIT {
    private static final long SOON = 10_000;

    private static NodeProcess node;
    private static String uri;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        node = NodeProcess.in(directory);
        uri = "quorummq://127.0.0.1:1,127.0.0.1:" + node.port("--amqp-port");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void theSecondHostIsFoundWhenTheFirstIsDead() throws Exception {
        try (var context = factory().createContext();
                var cmq = node.cmq()) {
            context.createProducer().send(context.createQueue("found"), "by JMS");
            assertThat(received(cmq, "found"))
                    .hasValueSatisfying(message -> assertThat(message.body()).isEqualTo("by JMS"));

            send(cmq, "found", "by HTTP");
            var consumer = context.createConsumer(context.createQueue("found"));
            assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("by HTTP");
        }
    }

    @Test
    @SuppressWarnings({"BanJNDI", "JdkObsolete"}) // the names are the test's own; JNDI asks for a Hashtable
    void namesAreLookedUpByJndi() throws Exception {
        var environment = new Hashtable<String, String>(Map.of(
                Context.INITIAL_CONTEXT_FACTORY,
                "io.quorummq.jms.jndi.QuorumMqInitialContextFactory",
                Context.SECURITY_PRINCIPAL,
                NodeProcess.CREDENTIAL.secretId(),
                Context.SECURITY_CREDENTIALS,
                NodeProcess.CREDENTIAL.secretKey(),
                "connectionfactory.cf",
                uri,
                "queue.jms/orders",
                "looked-up"));
        var names = new InitialContext(environment);
        var factory = (ConnectionFactory) names.lookup("cf");

        try (var context = factory.createContext();
                var cmq = node.cmq()) {
            context.createProducer().send((Queue) names.lookup("jms/orders"), "hello");

            assertThat(received(cmq, "looked-up"))
                    .hasValueSatisfying(message -> assertThat(message.body()).isEqualTo("hello"));
        } finally {
            names.close();
        }
    }

    @Test
    void delayAndTagsGoWithTheMessage() throws Exception {
        try (var context = factory().createContext();
                var cmq = node.cmq()) {
            cmq.createQueue("delayed", Map.of()).get(SOON, TimeUnit.MILLISECONDS);
            var tagged = context.createTextMessage("later");
            CmqTags.of("apple", "imac").applyTo(tagged);
            new CmqDelay(1).applyTo(context.createProducer()).send(context.createQueue("delayed"), tagged);

            assertThat(received(cmq, "delayed")).isEmpty();
            assertThat(cmq.queueAttributes("delayed")
                            .get(SOON, TimeUnit.MILLISECONDS)
                            .delayedMessages())
                    .isEqualTo(1);
            var message = context.createConsumer(context.createQueue("delayed")).receive(SOON);
            assertThat(message.getBody(String.class)).isEqualTo("later");
            assertThat(CmqTags.from(message).tags()).containsExactly("apple", "imac");
        }
    }

    @Test
    void aWrongKeyIsRefusedAtOnce() throws Exception {
        var wrong = new QuorumMqConnectionFactory(uri, NodeProcess.CREDENTIAL.secretId(), "not the key");
        assertThatThrownBy(() -> {
                    try (var context = wrong.createContext()) {
                        context.createQueue("x");
                    }
                })
                .isInstanceOf(JMSSecurityRuntimeException.class);
        try (var connection = factory().createConnection("AKIDnobody", "a key")) {
            assertThatThrownBy(connection::start).isInstanceOf(JMSSecurityException.class);
        }
    }

    @Test
    void aConnectionOutlivesAKillOfTheNode() throws Exception {
        try (var context = factory().createContext();
                var cmq = node.cmq()) {
            var queue = context.createQueue("outlived");
            var producer = context.createProducer();
            producer.send(queue, "before");

            node.kill();
            node.start();

            producer.send(queue, "after");
            var consumer = context.createConsumer(queue);
            assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("before");
            assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("after");
            assertThat(received(cmq, "outlived")).isEmpty();
        }
    }

    private static QuorumMqConnectionFactory factory() {
        return new QuorumMqConnectionFactory(
                uri, NodeProcess.CREDENTIAL.secretId(), NodeProcess.CREDENTIAL.secretKey());
    }

    private static void send(CmqClient cmq, String queue, String text) throws Exception {
        cmq.sendMessage(queue, text, Duration.ZERO).get(SOON, TimeUnit.MILLISECONDS);
    }

    private static Optional<ReceivedMessage> received(CmqClient cmq, String queue) throws Exception {
        var received = cmq.receiveMessage(queue, Duration.ZERO).get(SOON, TimeUnit.MILLISECONDS);
        if (received.isPresent()) {
            cmq.deleteMessage(queue, received.get().receiptHandle()).get(SOON, TimeUnit.MILLISECONDS);
        }
        return received;
    }
}
