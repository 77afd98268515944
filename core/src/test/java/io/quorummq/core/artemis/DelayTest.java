/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorummq.core.CmqException;
import io.quorummq.core.artemis.Doors.Door;
import io.quorummq.core.message.DeduplicationId;
import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.queue.QueueAttributes;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.activemq.artemis.core.server.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages that are due in minutes or months, whatever protocol they come by. */
final class DelayTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration DAY = Duration.ofDays(1);
    private static final String ORDERS = "orders";

    /** Large bodies, and leases that outlast what the clock is put forward by. */
    private static final QueueAttributes ATTRIBUTES = new QueueAttributes(
            QueueAttributes.DEFAULT.maxMessages(),
            Duration.ZERO,
            Duration.ofHours(12),
            2 << 20,
            QueueAttributes.DEFAULT.retention(),
            Duration.ZERO,
            Optional.empty());

    private final SettableClock clock = new SettableClock();

    @TempDir
    Path home;

    private TestEngine engine() {
        return engine("", EngineSettings.DEFAULT);
    }

    private TestEngine engine(String addressSettings, EngineSettings settings) {
        var engine = TestEngine.with(home, addressSettings, settings, clock);
        engine.create(ATTRIBUTES);
        return engine;
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void aMessageOfAnyDoorComesWhenItIsDueAndNotBefore(Door door) throws Exception {
        try (var engine = engine();
                var doors = new Doors(engine)) {
            send(engine, doors, door, "soon", Duration.ofMinutes(10));
            send(engine, doors, door, "later", DAY.multipliedBy(90));

            assertThat(engine.counts(ORDERS).delayed()).isEqualTo(2);
            clock.advance(Duration.ofMinutes(10).minusSeconds(5));
            assertThat(engine.receive(10, Duration.ofMillis(1200))).isEmpty();
            clock.advance(Duration.ofSeconds(5));
            assertThat(receive(engine, 1)).containsExactly("soon");
            clock.advance(DAY.multipliedBy(90).minusMinutes(20));
            assertThat(engine.receive(10, Duration.ofMillis(1200))).isEmpty();
            assertThat(engine.counts(ORDERS).delayed()).isEqualTo(1);
            clock.advance(Duration.ofMinutes(10));
            assertThat(receive(engine, 1)).containsExactly("later");
            assertThat(engine.counts(ORDERS).delayed()).isZero();
        }
    }

    @Test
    void manyComeInTheOrderOfTheirTimeOverARestart() {
        try (var engine = engine()) {
            var expected = IntStream.range(0, 120)
                    .mapToObj(i -> new NewMessage("m" + i, Duration.ofMinutes(30 + (i * 7919L) % 1500)))
                    .toList();
            expected.forEach(message -> engine.sendTo(ORDERS, message.body(), message.delay()));

            engine.restart();
            await().atMost(PATIENCE).until(() -> engine.counts(ORDERS).delayed(), delayed -> delayed == 120);
            clock.advance(Duration.ofHours(7));
            List<String> came = new ArrayList<>(receive(engine, dueWithin(expected, Duration.ofHours(7))));
            engine.restart();
            clock.advance(Duration.ofHours(20));
            came.addAll(receive(engine, 120 - came.size()));

            assertThat(came)
                    .containsExactlyElementsOf(expected.stream()
                            .sorted(Comparator.comparing(NewMessage::delay))
                            .map(NewMessage::body)
                            .toList());
        }
    }

    private static int dueWithin(List<NewMessage> messages, Duration time) {
        return (int) messages.stream()
                .filter(message -> message.delay().compareTo(time) <= 0)
                .count();
    }

    @Test
    void whatIsDueInEveryMinuteKeepsNothingFromBeingCounted() {
        try (var engine = engine()) {
            for (var seconds = 150; seconds < 600; seconds += 30) {
                engine.sendTo(ORDERS, "in minutes", Duration.ofSeconds(seconds));
            }
            engine.sendTo(ORDERS, "in hours", Duration.ofHours(3));
            engine.sendTo(ORDERS, "in days", DAY.multipliedBy(3));
            clock.advance(Duration.ofMinutes(2));

            engine.restart();

            await().atMost(PATIENCE).until(() -> engine.counts(ORDERS).delayed(), delayed -> delayed == 17);
        }
    }

    @Test
    void moreThanFitsIntoMemoryComesInOrder() {
        var small = settings(EngineSettings.DEFAULT.delayedMessagesMax(), 1 << 20);
        try (var engine = engine("", small)) {
            var body = "x".repeat(20_000);
            for (var i = 0; i < 600; i++) {
                engine.sendTo(ORDERS, i + body, Duration.ofMinutes(20).plusSeconds(i * 37 % 90));
            }

            List<Integer> tens = new ArrayList<>();
            clock.advance(Duration.ofMinutes(20).minusSeconds(30));
            for (var ten = 0; ten < 9; ten++) {
                clock.advance(Duration.ofSeconds(ten == 0 ? 40 : 10));
                var dueBy = ten * 10 + 10;
                var due = (int)
                        IntStream.range(0, 600).filter(i -> i * 37 % 90 < dueBy).count();
                for (var text : receive(engine, due - tens.size())) {
                    tens.add(Integer.parseInt(text.substring(0, text.indexOf('x'))) * 37 % 90 / 10);
                }
            }

            // sending took a moment, so neighbours may change places
            assertThat(tens).hasSize(600);
            for (var i = 1; i < tens.size(); i++) {
                assertThat(tens.get(i)).isGreaterThanOrEqualTo(Collections.max(tens.subList(0, i)) - 1);
            }
        }
    }

    @Test
    void aTransactionCountsTheDelayFromTheSend() throws Exception {
        try (var engine = engine();
                var doors = new Doors(engine)) {
            for (var door : List.of(Door.CORE, Door.AMQP)) {
                try (var session = doors.session(door, Session.SESSION_TRANSACTED);
                        var producer = session.createProducer(session.createQueue(ORDERS))) {
                    producer.setDeliveryDelay(Duration.ofHours(3).toMillis());
                    producer.send(session.createTextMessage("committed late by " + door));
                    clock.advance(Duration.ofHours(4));
                    assertThat(engine.counts(ORDERS).delayed()).isZero();
                    session.commit();

                    assertThat(receive(engine, 1)).containsExactly("committed late by " + door);
                    producer.send(session.createTextMessage("rolled back"));
                    session.rollback();
                }
                clock.advance(DAY);
            }
            assertThat(engine.receive(1, Duration.ofMillis(1200))).isEmpty();
            assertThat(engine.counts(ORDERS).delayed()).isZero();
        }
    }

    @Test
    void clearingTakesAlongWhatIsDelayedAndNothingThatIsSentLater() {
        try (var engine = engine()) {
            engine.sendTo(ORDERS, "cleared", Duration.ofMinutes(30));
            engine.sendTo(ORDERS, "cleared, too", DAY.multipliedBy(30));
            TestEngine.now(engine.broker().clear(engine.orders()));
            assertThat(engine.counts(ORDERS).delayed()).isZero();

            engine.sendTo(ORDERS, "sent later", Duration.ofMinutes(30));
            engine.restart();
            clock.advance(Duration.ofHours(1));

            assertThat(receive(engine, 1)).containsExactly("sent later");
            awaitEmptyBuckets(engine);
            clock.advance(DAY.multipliedBy(30));
            assertThat(engine.receive(1, Duration.ofMillis(1200))).isEmpty();
        }
    }

    @Test
    void aQueueOfTheSameNameGetsNothingOfADeletedOne() {
        try (var engine = engine()) {
            engine.sendTo(ORDERS, "for the deleted queue", Duration.ofMinutes(30));
            TestEngine.now(engine.broker().delete(engine.orders()));
            engine.create();
            engine.sendTo(ORDERS, "for the new queue", Duration.ofMinutes(30));

            clock.advance(Duration.ofHours(1));

            assertThat(receive(engine, 1)).containsExactly("for the new queue");
            awaitEmptyBuckets(engine);
        }
    }

    @Test
    void oneMessageCanBeDeletedByItsId() throws Exception {
        try (var engine = engine()) {
            engine.sendTo(ORDERS, "stays", Duration.ofMinutes(30));
            var soon = engine.sendTo(ORDERS, "deleted", Duration.ofSeconds(60));
            var far = engine.sendTo(ORDERS, "deleted, too", DAY.multipliedBy(30));

            assertThat(engine.gate().getScheduledMessages()).hasSize(3);
            assertThat(engine.gate().deleteReference(soon.value())).isTrue();
            assertThat(engine.gate().deleteReference(far.value())).isTrue();
            assertThat(engine.gate().deleteReference(far.value())).isFalse();

            assertThat(engine.counts(ORDERS).delayed()).isEqualTo(1);
            clock.advance(Duration.ofHours(1));
            assertThat(receive(engine, 1)).containsExactly("stays");
            clock.advance(DAY.multipliedBy(30));
            assertThat(engine.receive(1, Duration.ofMillis(1200))).isEmpty();
        }
    }

    @Test
    void aMessageKeepsTheIdAndTheTimeThatItsSenderKnows() {
        try (var engine = engine()) {
            var sent = engine.sendTo(ORDERS, "far", DAY.multipliedBy(2));
            var once = TestEngine.now(engine.broker()
                            .sendOnce(
                                    engine.orders(),
                                    List.of(new NewMessage("once", DAY.multipliedBy(3))),
                                    new DeduplicationId("one")))
                    .get(0);
            TestEngine.now(engine.broker()
                    .sendOnce(
                            engine.orders(),
                            List.of(new NewMessage("once", DAY.multipliedBy(3))),
                            new DeduplicationId("one")));
            var before = clock.instant();

            clock.advance(DAY.multipliedBy(4));

            var came = new ArrayList<Delivery>();
            await().atMost(PATIENCE).until(() -> {
                came.addAll(engine.receive(16, Duration.ofMillis(500)));
                return came.size() >= 2;
            });
            assertThat(came).extracting(Delivery::id).containsExactly(sent, once);
            assertThat(came).allMatch(one -> one.enqueued().isBefore(before.plusSeconds(1)));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Door.class,
            names = {"CORE", "AMQP"})
    void aLargeBodyIsWholeAfterMonths(Door door) throws Exception {
        try (var engine = engine();
                var doors = new Doors(engine)) {
            var body = "0123456789".repeat(60_000);
            send(engine, doors, door, body, DAY.multipliedBy(60));
            engine.restart();

            clock.advance(DAY.multipliedBy(60).minusMinutes(30));
            await().atMost(PATIENCE).until(() -> engine.counts(ORDERS).delayed() == 1);
            clock.advance(Duration.ofHours(1));

            assertThat(receive(engine, 1)).containsExactly(body);
            await().atMost(PATIENCE).until(() -> engine.largeBodies().isEmpty());
        }
    }

    @Test
    void everySubscriberOfATopicGetsTheMessageWhenItIsDue() throws Exception {
        try (var engine = engine();
                var connection = engine.core("subscriber");
                var session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            var topic = session.createTopic("news");
            var one = session.createDurableConsumer(topic, "one");
            var two = session.createDurableConsumer(topic, "two");
            try (var producer = session.createProducer(topic)) {
                producer.setDeliveryDelay(Duration.ofHours(20).toMillis());
                producer.send(session.createTextMessage("news"));
            }

            assertThat(one.receive(300)).isNull();
            clock.advance(Duration.ofHours(21));

            assertThat(((TextMessage) one.receive(5000)).getText()).isEqualTo("news");
            assertThat(((TextMessage) two.receive(5000)).getText()).isEqualTo("news");
        }
    }

    @Test
    void aRedeliveryDelayOfHoursKeepsTheCountOverARestart() throws Exception {
        try (var engine = engine("<redelivery-delay>7200000</redelivery-delay>", EngineSettings.DEFAULT)) {
            engine.sendTo(ORDERS, "given back", Duration.ZERO);
            try (var connection = engine.amqp();
                    var session = connection.createSession(true, Session.SESSION_TRANSACTED);
                    var consumer = session.createConsumer(session.createQueue(ORDERS))) {
                assertThat(consumer.receive(5000)).isNotNull();
                session.rollback();
                await().atMost(PATIENCE).until(() -> engine.counts(ORDERS).delayed() == 1);
            }
            engine.restart();
            await().atMost(PATIENCE).until(() -> engine.counts(ORDERS).delayed() == 1);
            assertThat(engine.receive(1, Duration.ofMillis(1200))).isEmpty();

            clock.advance(Duration.ofHours(2));

            var came = new ArrayList<Delivery>();
            await().atMost(PATIENCE).until(() -> came.addAll(engine.receive(1, Duration.ofMillis(500))));
            assertThat(came.get(0).receiveCount()).isEqualTo(2);
        }
    }

    @Test
    void tooManyDelayedMessagesAreRefusedWhereverTheyLie() throws Exception {
        try (var engine = engine("", settings(3, EngineSettings.DEFAULT.delayedBytesMax()));
                var doors = new Doors(engine)) {
            engine.sendTo(ORDERS, "near", Duration.ofSeconds(60));
            engine.sendTo(ORDERS, "far", Duration.ofHours(1));
            engine.sendTo(ORDERS, "farther", DAY);

            assertThatThrownBy(() -> engine.sendTo(ORDERS, "one too many", DAY))
                    .isInstanceOf(CmqException.class)
                    .hasMessageContaining("too many unacked(inactive) messages or delayed messages");
            for (var door : List.of(Door.CORE, Door.AMQP)) {
                assertThatThrownBy(() -> send(engine, doors, door, "one too many", DAY))
                        .hasMessageContaining("delayed messages");
            }
            assertThat(engine.counts(ORDERS).delayed()).isEqualTo(3);
        }
    }

    @Test
    void aMessageBehindABacklogWaitsInNoMemory() {
        try (var engine = engine(TestEngine.PAGING, EngineSettings.DEFAULT)) {
            engine.send("backlog");
            engine.sendTo(ORDERS, "in a minute", Duration.ofMinutes(1));

            assertThat(engine.counts(ORDERS).delayed()).isEqualTo(1);
            assertThat(engine.gate().table().delayed()).isZero();
            clock.advance(Duration.ofMinutes(1));
            assertThat(receive(engine, 2)).containsExactly("backlog", "in a minute");
        }
    }

    private static EngineSettings settings(long delayedMessagesMax, long delayedBytesMax) {
        return EngineSettings.of(Map.of(
                "delayed-messages-max", Long.toString(delayedMessagesMax),
                "delayed-bytes-max", Long.toString(delayedBytesMax)));
    }

    private static void send(TestEngine engine, Doors doors, Door door, String text, Duration delay) throws Exception {
        if (door == Door.CMQ) {
            engine.sendTo(ORDERS, text, delay);
        } else {
            doors.send(
                    door,
                    ORDERS,
                    session -> session.createTextMessage(text),
                    producer -> producer.setDeliveryDelay(delay.toMillis()));
        }
    }

    /** Receives and deletes until so many bodies have come, and what comes with the last of them. */
    private static List<String> receive(TestEngine engine, int atLeast) {
        List<String> bodies = new ArrayList<>();
        await().atMost(PATIENCE.multipliedBy(2)).until(() -> {
            for (var delivery : engine.receive(16, Duration.ofSeconds(1))) {
                bodies.add(delivery.body());
                engine.delete(ORDERS, delivery);
            }
            return bodies.size() >= atLeast;
        });
        return bodies;
    }

    private static void awaitEmptyBuckets(TestEngine engine) {
        await().atMost(PATIENCE)
                .until(() -> buckets(engine).mapToLong(Queue::getMessageCount).sum() == 0);
    }

    private static Stream<Queue> buckets(TestEngine engine) {
        var server = engine.engine().server();
        return server.getPostOffice()
                .getAllBindings()
                .filter(binding -> binding.getUniqueName().toString().startsWith("quorummq.delay."))
                .map(binding -> server.locateQueue(binding.getUniqueName()));
    }
}
