/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.credential.Credential;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.activemq.artemis.api.core.ActiveMQSecurityException;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Real clients against a real broker that asks our credentials. */
@Timeout(60)
final class LoginTest {
    private static final Credential KNOWN = new Credential("AKIDknown", "the-right-key");

    private final Map<String, Credential> credentials = new ConcurrentHashMap<>(Map.of(KNOWN.secretId(), KNOWN));
    private SecuredBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = SecuredBroker.start(secretId -> Optional.ofNullable(credentials.get(secretId)));
    }

    @AfterEach
    void stop() throws Exception {
        broker.stop();
    }

    /** The doors that a JMS program may come in by. */
    enum Door {
        AMQP_BEST {
            @Override
            ConnectionFactory factory(int port) {
                return new JmsConnectionFactory("amqp://127.0.0.1:" + port);
            }
        },
        AMQP_SCRAM {
            @Override
            ConnectionFactory factory(int port) {
                return new JmsConnectionFactory("amqp://127.0.0.1:" + port + "?amqp.saslMechanisms=SCRAM-SHA-256");
            }
        },
        AMQP_PLAIN {
            @Override
            ConnectionFactory factory(int port) {
                return new JmsConnectionFactory("amqp://127.0.0.1:" + port + "?amqp.saslMechanisms=PLAIN");
            }
        },
        CORE {
            @Override
            ConnectionFactory factory(int port) {
                return new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port);
            }
        };

        abstract ConnectionFactory factory(int port);
    }

    @ParameterizedTest
    @EnumSource
    void theRightKeySendsAndReceives(Door door) throws JMSException {
        try (var connection = door.factory(broker.port()).createConnection("AKIDknown", "the-right-key");
                var session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            var queue = session.createQueue("q-" + door);
            session.createProducer(queue).send(session.createTextMessage("hello"));

            var received = session.createConsumer(queue).receive(5_000);

            assertThat(received).isInstanceOf(TextMessage.class);
            assertThat(received.getBody(String.class)).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWrongKeyIsRefusedAtOnce(Door door) {
        refused(() -> connect(door, "AKIDknown", "another-key"));
    }

    @ParameterizedTest
    @EnumSource
    void anEmptyKeyIsRefusedAtOnce(Door door) {
        refused(() -> connect(door, "AKIDknown", ""));
    }

    @ParameterizedTest
    @EnumSource
    void anUnknownUserIsRefusedAtOnce(Door door) {
        refused(() -> connect(door, "AKIDunknown", "the-right-key"));
    }

    @ParameterizedTest
    @CsvSource({"AMQP_BEST", "AMQP_PLAIN", "CORE"})
    void nobodyIsRefusedAtOnce(Door door) {
        refused(() -> door.factory(broker.port()).createConnection().close());
    }

    @Test
    void qpidJmsChoosesScramByItself() throws JMSException {
        try (var connection = Door.AMQP_BEST.factory(broker.port()).createConnection("AKIDknown", "the-right-key")) {
            connection.start();

            assertThat(broker.subjects())
                    .singleElement()
                    .satisfies(subject ->
                            assertThat(subject.getPublicCredentials()).contains(new ScramProof(KNOWN)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void connectionsOfARemovedCredentialAreClosedAndNoOthers(Door door) throws JMSException {
        credentials.put("other", new Credential("other", "other-key"));
        try (var removed = door.factory(broker.port()).createConnection("AKIDknown", "the-right-key");
                var other = door.factory(broker.port()).createConnection("other", "other-key");
                var otherSession = other.createSession(Session.AUTO_ACKNOWLEDGE)) {
            var failure = new CompletableFuture<JMSException>();
            removed.setExceptionListener(failure::complete);
            removed.start();
            credentials.remove("AKIDknown");

            broker.connections().closeThoseOf("AKIDknown");

            assertThat(failure).succeedsWithin(Duration.ofSeconds(10));
            otherSession.createProducer(otherSession.createQueue("q")).send(otherSession.createTextMessage("hello"));
        }
    }

    @Test
    void anonymousIsNotOffered() {
        refused(() -> new JmsConnectionFactory("amqp://127.0.0.1:" + broker.port() + "?amqp.saslMechanisms=ANONYMOUS")
                .createConnection()
                .close());
    }

    @Test
    void whomScramLetInCannotBeImpersonatedWithoutAKey() throws JMSException {
        try (var connection = Door.AMQP_SCRAM.factory(broker.port()).createConnection("AKIDknown", "the-right-key");
                var session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
            session.createProducer(session.createQueue("q")).send(session.createTextMessage("hello"));

            refused(() -> connect(Door.CORE, "AKIDknown", ""));
            refused(() -> connect(Door.CORE, "AKIDknown", null));
            refused(() -> connect(Door.AMQP_PLAIN, "AKIDknown", ""));
        }
    }

    @Test
    void artemisOwnClusterUserCannotComeIn() {
        refused(() -> connect(Door.CORE, "ACTIVEMQ.CLUSTER.ADMIN.USER", "CHANGE ME!!"));
        refused(() -> connect(Door.CORE, "ACTIVEMQ.CLUSTER.ADMIN.USER", ""));
    }

    @ParameterizedTest
    @EnumSource
    void anAddedCredentialWorksAtOnceAfterARefusal(Door door) throws JMSException {
        refused(() -> connect(door, "late", "late-key"));

        credentials.put("late", new Credential("late", "late-key"));

        connect(door, "late", "late-key");
    }

    @ParameterizedTest
    @EnumSource
    void aRemovedOrChangedCredentialCanNoLongerSendOnAnOpenConnection(Door door) throws JMSException {
        try (var connection = door.factory(broker.port()).createConnection("AKIDknown", "the-right-key");
                var session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
            var producer = session.createProducer(session.createQueue("q"));
            producer.send(session.createTextMessage("before"));

            credentials.put("AKIDknown", new Credential("AKIDknown", "a-new-key"));

            assertThatThrownBy(() -> producer.send(session.createTextMessage("after")))
                    .isInstanceOf(JMSException.class);
            refused(() -> connect(door, "AKIDknown", "the-right-key"));
            connect(door, "AKIDknown", "a-new-key");
        }
    }

    @Test
    void insideTheProcessNobodyNeedsToLogIn() throws Exception {
        try (var locator = ActiveMQClient.createServerLocator("vm://" + SecuredBroker.IN_VM_ID);
                var factory = locator.createSessionFactory();
                var session = factory.createSession()) {
            session.createProducer("q").send(session.createMessage(true));

            assertThatThrownBy(() -> factory.createSession("AKIDknown", "wrong", false, true, true, false, 0))
                    .isInstanceOf(ActiveMQSecurityException.class);
        }
    }

    @Test
    void scramCostsItsDerivationOncePerCredential() throws JMSException {
        var secrets = broker.securityManager().scramSecrets();
        connect(Door.AMQP_SCRAM, "AKIDknown", "the-right-key");

        var first = secrets.of("AKIDknown").data();
        connect(Door.AMQP_SCRAM, "AKIDknown", "the-right-key");

        assertThat(secrets.of("AKIDknown").data()).isSameAs(first);
    }

    @Test
    void scramDoesNotTellWhoExists() {
        var secrets = broker.securityManager().scramSecrets();

        var nobody = secrets.of("nobody").data();

        assertThat(nobody.salt)
                .isEqualTo(secrets.of("nobody").data().salt)
                .isNotEqualTo(secrets.of("other").data().salt);
        assertThat(nobody.salt).hasSameSizeAs(secrets.of("AKIDknown").data().salt);
        assertThat(nobody.iterations).isEqualTo(secrets.of("AKIDknown").data().iterations);
    }

    private void connect(Door door, String user, @Nullable String password) throws JMSException {
        try (var connection = door.factory(broker.port()).createConnection(user, password)) {
            connection.start();
        }
    }

    private static void refused(ThrowingCallable attempt) {
        var before = System.nanoTime();
        assertThatThrownBy(attempt).isInstanceOf(JMSSecurityException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
    }
}
