/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static io.quorummq.core.artemis.TestEngine.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorummq.core.artemis.Doors.Door;
import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.QueueName;
import io.quorummq.core.queue.DeadLetterPolicy;
import io.quorummq.core.queue.QueueAttributes;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.TransactionRolledBackException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.ActiveMQAddressFullException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules of a queue that CMQ made bind JMS senders and consumers too; other queues have none. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueueRulesTest {
    private static final Duration AGE = Duration.ofSeconds(1);

    private TestEngine engine;
    private Doors doors;
    private int queues;

    @BeforeAll
    void open(@TempDir Path home) throws Exception {
        engine = TestEngine.in(home);
        doors = new Doors(engine);
    }

    @AfterAll
    void close() throws Exception {
        doors.close();
        engine.close();
    }

    private String queue(QueueAttributes attributes) {
        var name = "ruled-" + ++queues;
        engine.create(name, attributes);
        return name;
    }

    private static Doors.Making bytes(int size) {
        return session -> {
            var message = session.createBytesMessage();
            message.writeBytes(new byte[size]);
            return message;
        };
    }

    private void assertRefused(Door door, String queue, Doors.Making making, String reason) {
        var refusal = assertThatThrownBy(() -> doors.send(door, queue, making))
                .hasMessageContaining(reason)
                .hasMessageContaining(queue);
        if (door == Door.CORE) {
            refusal.isInstanceOf(JMSException.class).hasRootCauseInstanceOf(ActiveMQAddressFullException.class);
        } else {
            refusal.isInstanceOf(ResourceAllocationException.class)
                    .hasMessageContaining("amqp:resource-limit-exceeded");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void tooLargeMessageIsRefusedAndTheConnectionGoesOn(Door door) throws Exception {
        var queue = queue(Attributes.maxMessageBytes(1024));

        doors.send(door, queue, bytes(1024));
        assertRefused(door, queue, bytes(1025), "exceed maximum message size");
        assertRefused(door, queue, bytes(500_000), "exceed maximum message size");
        assertRefused(
                door, queue, session -> session.createTextMessage("é".repeat(513)), "exceed maximum message size");
        doors.send(door, queue, session -> session.createTextMessage("é".repeat(512)));

        assertThat(doors.receiveJms(door, queue, BytesMessage.class).getBodyLength())
                .isEqualTo(1024);
        assertThat(doors.receive(door, queue)).isEqualTo("é".repeat(512));
        assertThat(engine.counts(queue).active()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void sizeIsThatOfTheBodyAsCmqCountsItHoweverTheProtocolCarriesIt(Door door) throws Exception {
        var queue = queue(QueueAttributes.DEFAULT);

        // 65536 bytes of UTF-8 are 128 KB of UTF-16 in a core message, which travels as a large one
        doors.send(door, queue, "x".repeat(65_536));
        assertRefused(
                door, queue, session -> session.createTextMessage("x".repeat(65_537)), "exceed maximum message size");

        assertThat(doors.receive(Door.CMQ, queue)).hasSize(65_536);
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void fullQueueRefusesUntilThereIsRoom(Door door) throws Exception {
        var queue = queue(Attributes.maxMessages(2));
        doors.send(door, queue, "one");
        doors.send(Door.CMQ, queue, "two");

        assertRefused(
                door,
                queue,
                session -> session.createTextMessage("three"),
                "reach maximum retention number of message");
        // a message under a lease is kept too
        var leased = engine.receiveFrom(queue, 1, Duration.ZERO);
        assertRefused(
                door,
                queue,
                session -> session.createTextMessage("three"),
                "reach maximum retention number of message");
        engine.delete(queue, leased.get(0));

        doors.send(door, queue, "three");
        assertThat(doors.receive(door, queue)).isEqualTo("two");
        assertThat(doors.receive(door, queue)).isEqualTo("three");
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void transactionWithARefusedMessageStoresNothing(Door door) throws Exception {
        var queue = queue(Attributes.maxMessageBytes(1024));
        try (var session = doors.session(door, Session.SESSION_TRANSACTED);
                var producer = session.createProducer(session.createQueue(queue))) {
            producer.send(session.createTextMessage("before"));
            assertThatThrownBy(() -> {
                        producer.send(session.createTextMessage("x".repeat(2000)));
                        producer.send(session.createTextMessage("after"));
                        session.commit();
                    })
                    .isInstanceOf(door == Door.CORE ? JMSException.class : TransactionRolledBackException.class);
            session.rollback();
            producer.send(session.createTextMessage("next"));
            session.commit();
        }

        assertThat(doors.receive(door, queue)).isEqualTo("next");
        assertThat(doors.isEmpty(door, queue)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void messageOlderThanTheRetentionIsGone(Door door) throws Exception {
        var queue = queue(Attributes.retention(AGE));
        doors.send(door, queue, "old");

        await().untilAsserted(() -> assertThat(engine.counts(queue).active()).isZero());
        assertThat(doors.isEmpty(door, queue)).isTrue();
        doors.send(door, queue, "young");
        assertThat(doors.receive(door, queue)).isEqualTo("young");
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void agedMessageGoesToTheDeadLetterQueueAsANewOne(Door door) throws Exception {
        var dead = queue(QueueAttributes.DEFAULT);
        var queue = queue(Attributes.deadLetters(new DeadLetterPolicy.ByAge(new QueueName(dead), AGE)));
        doors.send(door, queue, session -> {
            var message = session.createTextMessage("late");
            message.setStringProperty("mine", "kept");
            return message;
        });

        var letter = doors.receiveJms(door, dead, TextMessage.class);

        assertThat(letter.getText()).isEqualTo("late");
        assertThat(letter.getStringProperty("mine")).isEqualTo("kept");
        assertThat(letter.getIntProperty("JMSXDeliveryCount")).isEqualTo(1);
        assertThat(engine.counts(queue).active()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void messageRolledBackTooOftenGoesToTheDeadLetterQueue(Door door) throws Exception {
        var dead = queue(QueueAttributes.DEFAULT);
        var queue = queue(Attributes.deadLetters(new DeadLetterPolicy.ByReceiveCount(new QueueName(dead), 2)));
        doors.send(door, queue, "poison");
        try (var session = doors.session(door, Session.SESSION_TRANSACTED);
                var consumer = session.createConsumer(session.createQueue(queue))) {
            for (int i = 0; i < 2; i++) {
                assertThat(consumer.receive(5000)).as("delivery %d", i).isNotNull();
                session.rollback();
            }
            assertThat(consumer.receive(200)).isNull();
            session.rollback();
        }

        var letter = doors.receiveCmq(dead);
        assertThat(letter.body()).isEqualTo("poison");
        assertThat(letter.receiveCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void largeDeadLetterIsWhole(Door door) throws Exception {
        var dead = queue(Attributes.maxMessageBytes(2 << 20));
        var queue = queue(Attributes.deadLetters(new DeadLetterPolicy.ByReceiveCount(new QueueName(dead), 1)));
        var body = "größe ".repeat(50_000);
        doors.send(door, queue, body);
        try (var session = doors.session(door, Session.SESSION_TRANSACTED);
                var consumer = session.createConsumer(session.createQueue(queue))) {
            assertThat(consumer.receive(5000)).isNotNull();
            session.rollback();
        }

        doors.close();
        engine.restart();
        doors = new Doors(engine);

        assertThat(doors.receive(door, dead)).isEqualTo(body);
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void receivesOverCmqAndRollbacksOverJmsCountTogether(Door door) throws Exception {
        var dead = queue(QueueAttributes.DEFAULT);
        var queue = "mixed-" + ++queues;
        var policy = new DeadLetterPolicy.ByReceiveCount(new QueueName(dead), 2);
        var standard = QueueAttributes.DEFAULT;
        engine.create(
                queue,
                new QueueAttributes(
                        standard.maxMessages(),
                        standard.pollingWait(),
                        Duration.ofSeconds(1),
                        standard.maxMessageBytes(),
                        standard.retention(),
                        standard.rewind(),
                        Optional.of(policy)));
        doors.send(door, queue, "poison");
        assertThat(engine.receiveFrom(queue, 1, Duration.ZERO)).hasSize(1);
        try (var session = doors.session(door, Session.SESSION_TRANSACTED);
                var consumer = session.createConsumer(session.createQueue(queue))) {
            assertThat(consumer.receive(5000)).isNotNull();
            session.rollback();
        }

        assertThat(doors.receiveCmq(dead))
                .extracting(Delivery::body, Delivery::receiveCount)
                .containsExactly("poison", 1);
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void queueThatOnlyJmsMadeHasNoCmqLimits(Door door) throws Exception {
        var queue = "jms-only-" + ++queues;
        doors.send(door, queue, bytes(200_000));
        doors.send(door, queue, "y".repeat(200_000));

        assertThat(engine.find(queue).governed()).isFalse();
        try (var session = doors.session(door, Session.SESSION_TRANSACTED);
                var consumer = session.createConsumer(session.createQueue(queue))) {
            for (int i = 0; i < 5; i++) {
                assertThat(consumer.receive(5000)).as("delivery %d", i).isInstanceOf(BytesMessage.class);
                session.rollback();
            }
        }
        assertThat(doors.receiveCmq(queue).receiveCount()).isEqualTo(6);
        assertThat(doors.receive(Door.CMQ, queue)).hasSize(200_000);
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void rulesBindAJmsQueueFromTheMomentThatItsAttributesAreSet(Door door) throws Exception {
        var queue = "governed-later-" + ++queues;
        doors.send(door, queue, bytes(5000));

        now(engine.broker().update(engine.find(queue), Attributes.maxMessageBytes(1024)));

        assertRefused(door, queue, bytes(5000), "exceed maximum message size");
        assertThat(doors.receiveCmq(queue).body()).hasSize(5000);
    }
}
