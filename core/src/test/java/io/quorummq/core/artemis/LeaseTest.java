/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static io.quorummq.core.artemis.Attributes.visibility;
import static io.quorummq.core.artemis.TestEngine.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.message.QueueName;
import io.quorummq.core.message.ReceiptHandle;
import io.quorummq.core.queue.DeadLetterPolicy;
import io.quorummq.core.queue.QueueAttributes;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Leases as a CMQ caller meets them, on a real engine, with messages in memory and on pages. */
class LeaseTest {
    @TempDir
    Path home;

    private TestEngine engine(boolean paging) {
        return paging ? TestEngine.paging(home) : TestEngine.in(home);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void receivedMessageIsInvisibleToEveryProtocolUntilItsTime(boolean paging) throws Exception {
        try (var engine = engine(paging)) {
            engine.create(visibility(2));
            engine.send("one");

            assertThat(engine.hasPages()).isEqualTo(paging);
            var first = engine.receive(1);
            assertThat(first).extracting(Delivery::body).containsExactly("one");
            assertThat(engine.receive(1)).isEmpty();
            try (var connection = engine.core();
                    var session = connection.createSession();
                    var consumer = session.createConsumer(session.createQueue("orders"))) {
                assertThat(consumer.receive(300)).isNull();
            }

            var again = engine.receive(1, Duration.ofSeconds(10));
            assertThat(again).extracting(Delivery::receiveCount).containsExactly(2);
            assertThat(again.get(0).firstReceived()).isEqualTo(first.get(0).firstReceived());
            assertThat(again.get(0).handle()).isNotEqualTo(first.get(0).handle());
            assertThat(delete(engine, first.get(0))).hasSize(1);
            assertThat(delete(engine, again.get(0))).isEmpty();
            assertThat(engine.broker().counts(engine.orders()).leased()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void leasesCountsAndHandlesSurviveARestart(boolean paging) {
        try (var engine = engine(paging)) {
            engine.create(visibility(4));
            engine.send("kept", "deleted");
            // one at a time: a batch takes what one delivery gives, and pages are read while it runs
            var received = List.of(engine.receive(1).get(0), engine.receive(1).get(0));

            engine.restart();

            assertThat(engine.receive(2)).isEmpty();
            assertThat(delete(engine, received.get(1))).isEmpty();
            var again = engine.receive(2, Duration.ofSeconds(10));
            assertThat(again).extracting(Delivery::body).containsExactly("kept");
            assertThat(again.get(0).receiveCount()).isEqualTo(2);
            assertThat(again.get(0).firstReceived().toEpochMilli())
                    .isEqualTo(received.get(0).firstReceived().toEpochMilli());

            engine.restart();

            assertThat(delete(engine, again.get(0))).isEmpty();
            engine.restart();
            assertThat(engine.receive(2)).isEmpty();
            assertThat(engine.broker().counts(engine.orders()).active()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void messageReceivedTooOftenGoesToTheDeadLetterQueue(boolean paging) {
        try (var engine = engine(paging)) {
            var dead = now(engine.broker().create(new QueueName("dead"), QueueAttributes.DEFAULT));
            engine.create(visibility(1, new DeadLetterPolicy.ByReceiveCount(dead.name(), 2)));
            engine.send("poison");

            assertThat(engine.receive(1)).hasSize(1);
            engine.restart();
            assertThat(engine.receive(1, Duration.ofSeconds(10))).hasSize(1);

            var dead2 = engine.broker().find(dead.name()).orElseThrow();
            var letter = now(engine.broker().receive(dead2, 1, Duration.ofSeconds(10)));
            assertThat(letter).extracting(Delivery::body).containsExactly("poison");
            assertThat(letter.get(0).receiveCount()).isEqualTo(1);
            assertThat(engine.receive(1)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void delayedMessageComesInTimeAndNotBefore(boolean paging) {
        try (var engine = engine(paging)) {
            engine.create();
            var sent = System.nanoTime();
            now(engine.broker().send(engine.orders(), List.of(new NewMessage("later", Duration.ofSeconds(2)))));
            engine.send("now");

            assertThat(engine.receive(16)).extracting(Delivery::body).containsExactly("now");
            assertThat(engine.broker().counts(engine.orders()).delayed()).isEqualTo(1);
            engine.restart();
            var later = engine.receive(16, Duration.ofSeconds(10));
            assertThat(later).extracting(Delivery::body).containsExactly("later");
            assertThat(Duration.ofNanos(System.nanoTime() - sent)).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clearAndDeleteTakeLeasedAndDelayedMessagesAlong(boolean paging) {
        try (var engine = engine(paging)) {
            engine.create();
            engine.send("leased", "waiting");
            engine.receive(1);
            now(engine.broker().send(engine.orders(), List.of(new NewMessage("later", Duration.ofSeconds(1)))));

            now(engine.broker().clear(engine.orders()));

            // the counter of a page follows its acknowledgements
            await().untilAsserted(() -> {
                var counts = engine.broker().counts(engine.orders());
                assertThat(counts.active() + counts.leased() + counts.delayed())
                        .as("%s", counts)
                        .isZero();
            });
            engine.restart();
            assertThat(engine.receive(16, Duration.ofSeconds(2))).isEmpty();
            engine.send("leased");
            engine.receive(1);
            now(engine.broker().delete(engine.orders()));
            assertThat(engine.broker().find(TestEngine.ORDERS)).isEmpty();
            engine.create();
            assertThat(engine.receive(16)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void paged64KbMessagesUnderLeaseDoNotStopTheRest(boolean paging) {
        try (var engine = engine(paging)) {
            engine.create(visibility(600));
            var body = "x".repeat(64 * 1024);
            for (int i = 0; i < 125; i++) {
                var batch = IntStream.range(0, 16)
                        .mapToObj(n -> new NewMessage(body, Duration.ZERO))
                        .toList();
                now(engine.broker().send(engine.orders(), batch));
            }
            var seen = new HashSet<Long>();
            while (seen.size() < 2000) {
                var received = engine.receive(16, Duration.ofSeconds(10));
                assertThat(received).as("after %d", seen.size()).isNotEmpty();
                received.forEach(one -> assertThat(seen.add(one.id().value())).isTrue());
            }
            assertThat(engine.broker().counts(engine.orders()).leased()).isEqualTo(2000);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void jmsAndAmqpReadWhatCmqSent(boolean paging) throws Exception {
        try (var engine = engine(paging)) {
            engine.create();
            engine.send("für core", "für amqp");
            try (var connection = engine.core();
                    var session = connection.createSession();
                    var consumer = session.createConsumer(session.createQueue("orders"))) {
                assertThat(((TextMessage) consumer.receive(5000)).getText()).isEqualTo("für core");
            }
            try (var connection = engine.amqp();
                    var session = connection.createSession();
                    var consumer = session.createConsumer(session.createQueue("orders"))) {
                assertThat(((TextMessage) consumer.receive(5000)).getText()).isEqualTo("für amqp");
            }
            try (var connection = engine.amqp();
                    var session = connection.createSession();
                    var producer = session.createProducer(session.createQueue("orders"))) {
                producer.send(session.createTextMessage("von amqp"));
            }
            try (var connection = engine.core();
                    var session = connection.createSession();
                    var producer = session.createProducer(session.createQueue("orders"))) {
                producer.send(session.createTextMessage("von core"));
            }
            assertThat(engine.receive(1)).extracting(Delivery::body).containsExactly("von amqp");
            assertThat(engine.receive(1)).extracting(Delivery::body).containsExactly("von core");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void deliveryCountOfRolledBackMessagesSurvivesARestart(boolean paging) throws Exception {
        try (var engine = engine(paging)) {
            engine.create();
            engine.send("rolled back");
            for (int i = 0; i < 2; i++) {
                try (var connection = engine.amqp();
                        var session = connection.createSession(true, Session.SESSION_TRANSACTED);
                        var consumer = session.createConsumer(session.createQueue("orders"))) {
                    assertThat(consumer.receive(5000)).isNotNull();
                    session.rollback();
                }
            }
            await().until(() -> engine.broker().counts(engine.orders()).active() == 1);
            engine.restart();
            assertThat(engine.receive(1)).extracting(Delivery::receiveCount).containsExactly(3);
        }
    }

    private static List<ReceiptHandle> delete(TestEngine engine, Delivery delivery) {
        return now(engine.broker().deleteLeased(engine.orders(), List.of(delivery.handle())));
    }
}
