/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.jms.jndi.QuorumMqObjectFactory;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.JMSSecurityRuntimeException;
import jakarta.jms.Session;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The factory against a real broker. */
@Timeout(60)
final class QuorumMqConnectionFactoryTest {
    private EmbeddedArtemis broker;

    @BeforeEach
    void start() throws Exception {
        broker = EmbeddedArtemis.start(0);
    }

    @AfterEach
    void stop() throws Exception {
        broker.stop();
    }

    @Test
    void allKindsOfConnectionsAreMade() throws JMSException {
        var factory = factory();

        try (var connection = factory.createConnection();
                var queueConnection = factory.createQueueConnection();
                var topicConnection = factory.createTopicConnection();
                var context = factory.createContext();
                var transacted = factory.createContext(Session.SESSION_TRANSACTED)) {
            assertThat(roundTrip(connection)).isEqualTo("hello");
            assertThat(queueConnection.getMetaData().getJMSMajorVersion()).isEqualTo(3);
            assertThat(topicConnection.getMetaData().getJMSMajorVersion()).isEqualTo(3);
            assertThat(context.getTransacted()).isFalse();
            assertThat(transacted.getTransacted()).isTrue();
        }
    }

    @Test
    void credentialsMayComeWithEachConnection() throws JMSException {
        var factory = new QuorumMqConnectionFactory(uri());

        try (var connection = factory.createConnection("AKIDme", "my-key");
                var queueConnection = factory.createQueueConnection("AKIDme", "my-key");
                var topicConnection = factory.createTopicConnection("AKIDme", "my-key");
                var context = factory.createContext("AKIDme", "my-key", Session.CLIENT_ACKNOWLEDGE)) {
            assertThat(roundTrip(connection)).isEqualTo("hello");
            assertThat(queueConnection.getMetaData().getJMSMajorVersion()).isEqualTo(3);
            assertThat(topicConnection.getMetaData().getJMSMajorVersion()).isEqualTo(3);
            assertThat(context.getSessionMode()).isEqualTo(Session.CLIENT_ACKNOWLEDGE);
        }
    }

    @ParameterizedTest
    @CsvSource({"AKIDme, wrong", "AKIDother, my-key", "AKIDme, ''", ","})
    void wrongCredentialsAreRefusedAtTheFirstUseInsteadOfTriedAgain(
            @Nullable String secretId, @Nullable String secretKey) throws JMSException {
        try (var connection = factory().createConnection(secretId, secretKey)) {
            var before = System.nanoTime();

            assertThatThrownBy(connection::start).isInstanceOf(JMSSecurityException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void wrongCredentialsAreRefusedByTheFactoryItselfWhereNoClientIdIsAwaited() {
        var factory = new QuorumMqConnectionFactory(uri() + "?jms.awaitClientID=false", "AKIDme", "wrong");

        assertThatThrownBy(factory::createConnection).isInstanceOf(JMSSecurityException.class);
        assertThatThrownBy(factory::createContext).isInstanceOf(JMSSecurityRuntimeException.class);
    }

    @Test
    void aHostThatIsDownIsPassedOver() throws Exception {
        var factory = new QuorumMqConnectionFactory(
                "quorummq://127.0.0.1:" + unusedPort() + ",127.0.0.1:" + broker.port(), "AKIDme", "my-key");

        try (var connection = factory.createConnection()) {
            assertThat(roundTrip(connection)).isEqualTo("hello");
        }
    }

    @Test
    void aFirstConnectionIsGivenUpWhenNoHostAnswers() throws IOException, JMSException {
        var factory = new QuorumMqConnectionFactory(
                "quorummq://127.0.0.1:" + unusedPort() + "?failover.startupMaxReconnectAttempts=2", "AKIDme", "my-key");

        try (var connection = factory.createConnection()) {
            assertThatThrownBy(connection::start)
                    .isInstanceOf(JMSException.class)
                    .isNotInstanceOf(JMSSecurityException.class);
        }
    }

    @Test
    void aClientIdMayBeSetOnANewConnection() throws JMSException {
        try (var connection = factory().createConnection()) {
            connection.setClientID("reports");
            connection.start();

            assertThat(connection.getClientID()).isEqualTo("reports");
        }
    }

    @Test
    void aConnectionOutlivesARestartOfTheBroker() throws Exception {
        var port = broker.port();
        try (var connection = factory().createConnection();
                var session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            var queue = session.createQueue("restarted");
            var producer = session.createProducer(queue);
            var consumer = session.createConsumer(queue);
            producer.send(session.createTextMessage("before"));
            assertThat(consumer.receive(5_000).getBody(String.class)).isEqualTo("before");

            broker.stop();
            broker = EmbeddedArtemis.start(port);
            producer.send(session.createTextMessage("after"));

            assertThat(consumer.receive(20_000).getBody(String.class)).isEqualTo("after");
        }
    }

    @Test
    void delayedMessagesWaitAndTagsTravel() throws JMSException {
        try (var context = factory().createContext()) {
            var queue = context.createQueue("helpers");
            var message = context.createTextMessage("later");
            CmqTags.of("apple", "imac").applyTo(message);
            new CmqDelay(1).applyTo(context.createProducer()).send(queue, message);
            var consumer = context.createConsumer(queue);

            assertThat(consumer.receive(300)).isNull();
            var received = consumer.receive(10_000);

            assertThat(CmqTags.from(received).tags()).containsExactly("apple", "imac");
            assertThat(received.getStringProperty("CMQ_TAGS")).isEqualTo("apple,imac");
            assertThat(CmqTags.from(context.createMessage()).tags()).isEmpty();
        }
        try (var connection = factory().createConnection();
                var session = connection.createSession();
                var producer = session.createProducer(session.createQueue("helpers"))) {
            new CmqDelay(3).applyTo(producer);
            assertThat(producer.getDeliveryDelay()).isEqualTo(3_000);
        }
    }

    @Test
    void aFactoryCanBeSerialized() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(factory());
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()));
                var connection = ((QuorumMqConnectionFactory) in.readObject()).createConnection()) {
            assertThat(roundTrip(connection)).isEqualTo("hello");
        }
    }

    @Test
    void aFactoryCanBeBoundInADirectory() throws Exception {
        var reference = factory().getReference();

        var bound = (ConnectionFactory)
                Objects.requireNonNull(new QuorumMqObjectFactory().getObjectInstance(reference, null, null, null));

        try (var connection = bound.createConnection()) {
            assertThat(roundTrip(connection)).isEqualTo("hello");
        }
        assertThat(new QuorumMqObjectFactory().getObjectInstance("else", null, null, null))
                .isNull();
    }

    @Test
    void optionsReachTheHosts() throws JMSException {
        var factory = new QuorumMqConnectionFactory(
                uri() + "?amqp.saslMechanisms=SCRAM-SHA-256&transport.connectTimeout=9000", "AKIDme", "my-key");

        // this broker offers PLAIN alone
        try (var connection = factory.createConnection()) {
            assertThatThrownBy(connection::start)
                    .isInstanceOf(JMSSecurityException.class)
                    .hasMessageContaining("mechanism");
        }
    }

    @Test
    void anUnknownJmsOptionIsRefusedWithItsName() {
        assertThatThrownBy(() -> new QuorumMqConnectionFactory("quorummq://one?jms.colour=blue"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("colour");
    }

    @Test
    void theKeyIsNeverShown() {
        assertThat(factory().toString()).contains("AKIDme").doesNotContain("my-key");
    }

    private QuorumMqConnectionFactory factory() {
        return new QuorumMqConnectionFactory(uri(), "AKIDme", "my-key");
    }

    private String uri() {
        return "quorummq://127.0.0.1:" + broker.port();
    }

    private static String roundTrip(Connection connection) throws JMSException {
        try (var session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            var queue = session.createQueue("round-trip");
            session.createProducer(queue).send(session.createTextMessage("hello"));
            return session.createConsumer(queue).receive(5_000).getBody(String.class);
        }
    }

    private static int unusedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
