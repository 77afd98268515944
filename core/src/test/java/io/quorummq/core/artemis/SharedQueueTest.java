/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.core.artemis.Doors.Door;
import io.quorummq.core.message.Delivery;
import io.quorummq.core.queue.QueueAttributes;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a message is beside its body, seen through another door than it came in by. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedQueueTest {
    private static final List<Door> DOORS = List.of(Door.values());
    private static final Duration SHORT = Duration.ofSeconds(1);

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

    private String queue() {
        return queue(QueueAttributes.DEFAULT);
    }

    private String queue(QueueAttributes attributes) {
        var name = "shared-" + ++queues;
        engine.create(name, attributes);
        return name;
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void cmqMessageHasAJmsMessageIdAndAJmsMessageHasACmqOne(Door door) throws Exception {
        var queue = queue();
        var id = engine.sendTo(queue, "from cmq", Duration.ZERO);
        var received = doors.receiveJms(door, queue, TextMessage.class);
        assertThat(received.getJMSMessageID()).startsWith("ID:");
        if (door == Door.AMQP) {
            assertThat(received.getJMSMessageID()).isEqualTo("ID:AMQP_ULONG:" + id);
        }

        doors.send(door, queue, "from jms");
        assertThat(doors.receiveCmq(queue).id().value()).isGreaterThan(id.value());
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void delayOfACmqMessageHidesItFromJms(Door door) throws Exception {
        var queue = queue();
        var sent = System.nanoTime();
        engine.sendTo(queue, "later", SHORT);

        assertThat(doors.isEmpty(door, queue)).isTrue();
        assertThat(doors.receive(door, queue)).isEqualTo("later");
        assertThat(Duration.ofNanos(System.nanoTime() - sent)).isGreaterThanOrEqualTo(SHORT);
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void deliveryDelayOfAJmsMessageHidesItFromCmq(Door door) throws Exception {
        var queue = queue();
        var sent = System.nanoTime();
        doors.send(
                door,
                queue,
                session -> session.createTextMessage("later"),
                producer -> producer.setDeliveryDelay(SHORT.toMillis()));

        assertThat(engine.receiveFrom(queue, 1, Duration.ZERO)).isEmpty();
        assertThat(engine.counts(queue).delayed()).isEqualTo(1);
        assertThat(engine.counts(queue).active()).isZero();
        assertThat(doors.receive(Door.CMQ, queue)).isEqualTo("later");
        assertThat(Duration.ofNanos(System.nanoTime() - sent))
                .isGreaterThanOrEqualTo(SHORT.minusMillis(50)); // the client's own clock made the time
        assertThat(engine.counts(queue).delayed()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void cmqReceivesCountAsJmsDeliveries(Door door) throws Exception {
        var queue = queue(Attributes.visibility(SHORT));
        engine.sendTo(queue, "again", Duration.ZERO);
        assertThat(engine.receiveFrom(queue, 1, Duration.ZERO))
                .extracting(Delivery::receiveCount)
                .containsExactly(1);

        var received = doors.receiveJms(door, queue, TextMessage.class);

        assertThat(received.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
        assertThat(received.getJMSRedelivered()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void jmsRollbacksCountAsCmqReceives(Door door) throws Exception {
        var queue = queue();
        doors.send(door, queue, "again");
        try (var session = doors.session(door, Session.SESSION_TRANSACTED);
                var consumer = session.createConsumer(session.createQueue(queue))) {
            for (int i = 0; i < 2; i++) {
                assertThat(consumer.receive(5000)).isNotNull();
                session.rollback();
            }
        }

        assertThat(doors.receiveCmq(queue).receiveCount()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void enqueueTimeIsTheBrokersAndTheTimestampTheSenders(Door door) throws Exception {
        var queue = queue();
        var before = Instant.now().minusMillis(1);
        doors.send(door, queue, "timed");
        var received = doors.receiveCmq(queue);
        assertThat(received.enqueued()).isBetween(before, Instant.now());

        engine.sendTo(queue, "timed", Duration.ZERO);
        var message = doors.receiveJms(door, queue, TextMessage.class);
        assertThat(Instant.ofEpochMilli(message.getJMSTimestamp())).isBetween(before, Instant.now());
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void propertiesPassBetweenJmsClientsAndOursStayInside(Door from) throws Exception {
        for (var to : List.of(Door.CORE, Door.AMQP)) {
            var queue = queue();
            doors.send(from, queue, session -> {
                var message = session.createTextMessage("with properties");
                message.setStringProperty("name", "grün");
                message.setIntProperty("count", 7);
                message.setBooleanProperty("ok", true);
                message.setDoubleProperty("half", 0.5);
                message.setLongProperty("big", Long.MAX_VALUE);
                message.setJMSCorrelationID("correlated");
                message.setJMSType("kind");
                return message;
            });

            var received = doors.receiveJms(to, queue, TextMessage.class);

            assertThat(received.getStringProperty("name")).isEqualTo("grün");
            assertThat(received.getIntProperty("count")).isEqualTo(7);
            assertThat(received.getBooleanProperty("ok")).isTrue();
            assertThat(received.getDoubleProperty("half")).isEqualTo(0.5);
            assertThat(received.getLongProperty("big")).isEqualTo(Long.MAX_VALUE);
            assertThat(received.getJMSCorrelationID()).isEqualTo("correlated");
            assertThat(received.getJMSType()).isEqualTo("kind");
            assertThat(names(received))
                    .as("%s to %s", from, to)
                    .contains("name", "count", "ok", "half", "big")
                    .noneMatch(name -> name.contains("QMQ"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void cmqMessageShowsJmsNoPropertyOfOurs(Door door) throws Exception {
        var queue = queue(Attributes.visibility(SHORT));
        engine.sendTo(queue, "plain", SHORT);
        var received = doors.receiveJms(door, queue, TextMessage.class);
        assertThat(names(received)).noneMatch(name -> name.contains("QMQ"));
        assertThat(received.getJMSPriority()).isEqualTo(4);
        assertThat(received.getJMSDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
        assertThat(received.getJMSExpiration()).isZero();
    }

    private static List<String> names(Message message) throws Exception {
        var names = new ArrayList<String>();
        for (Object name : Collections.list((Enumeration<?>) message.getPropertyNames())) {
            names.add(String.valueOf(name));
        }
        return names;
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void groupedMessageTakenByCmqDoesNotStarveJms(Door door) throws Exception {
        var queue = queue();
        for (int i = 0; i < 6; i++) {
            var body = "grouped " + i;
            doors.send(door, queue, session -> {
                var message = session.createTextMessage(body);
                message.setStringProperty("JMSXGroupID", "g");
                return message;
            });
        }
        assertThat(doors.receive(Door.CMQ, queue)).isEqualTo("grouped 0");

        try (var session = doors.session(door);
                var consumer = session.createConsumer(session.createQueue(queue))) {
            for (int i = 1; i < 6; i++) {
                assertThat(((TextMessage) consumer.receive(5000)).getText()).isEqualTo("grouped " + i);
            }
        }
    }

    @Test
    void groupStaysWithItsJmsConsumerWhileCmqReceivesWait() throws Exception {
        var queue = queue();
        try (var first = doors.session(Door.CORE);
                var second = doors.session(Door.AMQP);
                var one = first.createConsumer(first.createQueue(queue));
                var two = second.createConsumer(second.createQueue(queue))) {
            for (int i = 0; i < 6; i++) {
                var body = "grouped " + i;
                doors.send(Door.AMQP, queue, session -> {
                    var message = session.createTextMessage(body);
                    message.setStringProperty("JMSXGroupID", "g");
                    return message;
                });
            }
            var byOne = drain(one);
            var byTwo = drain(two);

            assertThat(List.of(byOne.size(), byTwo.size())).containsExactlyInAnyOrder(6, 0);
        }
    }

    private static List<String> drain(MessageConsumer consumer) throws Exception {
        var drained = new ArrayList<String>();
        for (var message = consumer.receive(1000); message != null; message = consumer.receive(200)) {
            drained.add(((TextMessage) message).getText());
        }
        return drained;
    }

    @ParameterizedTest
    @ValueSource(strings = {"exclusive=true", "max-consumers=1"})
    void queueForOneConsumerServesCmqAndThenJms(String parameter) throws Exception {
        var queue = "alone-" + ++queues;
        try (var session = doors.session(Door.CORE);
                var consumer = session.createConsumer(session.createQueue(queue + "?" + parameter))) {
            assertThat(consumer.receiveNoWait()).isNull();
        }
        for (int i = 0; i < 4; i++) {
            doors.send(Door.CORE, queue, "message " + i);
        }

        assertThat(doors.receive(Door.CMQ, queue)).isEqualTo("message 0");
        assertThat(doors.receive(Door.CORE, queue)).isEqualTo("message 1");
        assertThat(doors.receive(Door.CMQ, queue)).isEqualTo("message 2");
        assertThat(doors.receive(Door.AMQP, queue)).isEqualTo("message 3");
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void higherPriorityComesFirstThroughEveryDoor(Door door) throws Exception {
        for (var to : Door.values()) {
            var queue = queue();
            doors.send(door, queue, session -> session.createTextMessage("low"), p -> p.setPriority(1));
            doors.send(door, queue, session -> session.createTextMessage("high"), p -> p.setPriority(9));
            engine.sendTo(queue, "middle", Duration.ZERO);

            assertThat(List.of(doors.receive(to, queue), doors.receive(to, queue), doors.receive(to, queue)))
                    .containsExactly("high", "middle", "low");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void expiredMessageIsNotHandedOutOverCmq(Door door) throws Exception {
        var queue = queue();
        doors.send(door, queue, session -> session.createTextMessage("brief"), p -> p.setTimeToLive(100));
        await().pollDelay(Duration.ofMillis(150)).until(() -> true);
        doors.send(door, queue, "lasting");

        assertThat(doors.receive(Door.CMQ, queue)).isEqualTo("lasting");
        assertThat(engine.receiveFrom(queue, 1, Duration.ZERO)).isEmpty();
        await().untilAsserted(() -> {
            var counts = engine.counts(queue);
            assertThat(counts.active() + counts.leased()).isZero();
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void consumersOfAllThreeDoorsShareAQueueWithoutLossOrDoubleDelivery(boolean grouped) throws Exception {
        var queue = queue();
        var total = 300;
        var got = new ConcurrentLinkedQueue<String>();
        var consumers = new ArrayList<CompletableFuture<Void>>();
        for (var door : Door.values()) {
            consumers.add(CompletableFuture.runAsync(() -> consume(door, queue, got, total)));
        }
        var sent = new ArrayList<String>();
        for (int i = 0; i < total; i++) {
            var body = "message " + i;
            sent.add(body);
            var group = "group " + i % 7;
            var door = DOORS.get(i % DOORS.size());
            if (grouped && door != Door.CMQ) {
                doors.send(door, queue, session -> {
                    var message = session.createTextMessage(body);
                    message.setStringProperty("JMSXGroupID", group);
                    return message;
                });
            } else {
                doors.send(door, queue, body);
            }
        }
        CompletableFuture.allOf(consumers.toArray(CompletableFuture[]::new)).join();

        assertThat(got).containsExactlyInAnyOrderElementsOf(sent);
    }

    private void consume(Door door, String queue, ConcurrentLinkedQueue<String> got, int total) {
        var end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        try {
            if (door == Door.CMQ) {
                while (got.size() < total && System.nanoTime() < end) {
                    for (var one : engine.receiveFrom(queue, 3, Duration.ofMillis(200))) {
                        engine.delete(queue, one);
                        got.add(one.body());
                    }
                }
                return;
            }
            try (var session = doors.session(door);
                    var consumer = session.createConsumer(session.createQueue(queue))) {
                while (got.size() < total && System.nanoTime() < end) {
                    if (consumer.receive(200) instanceof TextMessage message) {
                        got.add(message.getText());
                    }
                }
            }
        } catch (Exception e) {
            throw new AssertionError(door + " failed", e);
        }
    }

    @Test
    void batchOfCmqMessagesIsDrainedByEveryDoorInOrder() throws Exception {
        for (var door : Door.values()) {
            var queue = queue();
            var bodies = IntStream.range(0, 16).mapToObj(i -> "batch " + i).toList();
            for (var body : bodies) {
                engine.sendTo(queue, body, Duration.ZERO);
            }
            for (var body : bodies) {
                assertThat(doors.receive(door, queue)).isEqualTo(body);
            }
        }
    }
}
