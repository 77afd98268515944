/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static io.quorummq.core.artemis.Attributes.visibility;
import static io.quorummq.core.artemis.TestEngine.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.core.message.Delivery;
import io.quorummq.core.queue.QueueAttributes;
import jakarta.jms.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.transaction.xa.XAResource;
import org.apache.activemq.artemis.core.transaction.impl.XidImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is on disk when a caller has its answer, and what ends when the engine or a queue does. */
class GateCrashTest {
    @TempDir
    Path home;

    private TestEngine engine(Path directory, boolean paging) {
        return paging ? TestEngine.paging(directory) : TestEngine.in(directory);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasAnsweredIsOnDisk(boolean paging, @TempDir Path crashed) throws Exception {
        try (var engine = engine(home, paging)) {
            engine.create(visibility(Duration.ofMinutes(10)));
            engine.send("a", "b");
            var received = List.of(engine.receive(1).get(0), engine.receive(1).get(0));
            assertThat(delete(engine, received.get(0))).isTrue();

            TestEngine.copy(home, crashed);
            try (var after = engine(crashed, paging)) {
                assertThat(after.receive(2)).isEmpty();
                assertThat(delete(after, received.get(0))).isFalse();
                assertThat(delete(after, received.get(1))).isTrue();
                assertThat(after.gate().table().isEmpty()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"CORE, 10", "CORE, 300000", "AMQP, 10", "AMQP, 300000"})
    void countOfAPagedMessageIsOnDiskWhenItsRollBackIsAnswered(Doors.Door door, int length, @TempDir Path crashed)
            throws Exception {
        try (var engine = engine(home, true)) {
            engine.create(Attributes.maxMessageBytes(1 << 20));
            engine.send("keeps the address paging");
            try (var doors = new Doors(engine)) {
                doors.send(door, "orders", "x".repeat(length));
                try (var session = doors.session(door, Session.SESSION_TRANSACTED);
                        var consumer = session.createConsumer(session.createQueue("orders"))) {
                    assertThat(consumer.receive(5000)).isNotNull();
                    assertThat(consumer.receive(5000)).isNotNull();
                    session.rollback();

                    TestEngine.copy(home, crashed);
                }
            }
        }
        try (var after = engine(crashed, true)) {
            var counts = new ArrayList<Integer>();
            while (counts.size() < 2) {
                after.receive(16, Duration.ofSeconds(5)).forEach(one -> counts.add(one.receiveCount()));
            }
            assertThat(counts).containsExactly(2, 2);
        }
    }

    @Test
    void preparedAcknowledgementOfAMessageOnceLeasedLeavesNothing() throws Exception {
        var xid = new XidImpl("branch".getBytes(StandardCharsets.UTF_8), 1, "global".getBytes(StandardCharsets.UTF_8));
        try (var engine = engine(home, false)) {
            engine.create(visibility(Duration.ofMillis(10)));
            engine.send("once leased");
            engine.receive(1);
            await().until(() -> engine.gate().table().leased() == 0);
            try (var connection = engine.xa();
                    var session = connection.createXASession();
                    var consumer = session.createConsumer(session.createQueue("orders"))) {
                session.getXAResource().start(xid, XAResource.TMNOFLAGS);
                assertThat(consumer.receive(5000)).isNotNull();
                session.getXAResource().end(xid, XAResource.TMSUCCESS);
                session.getXAResource().prepare(xid);
            }

            engine.restart();

            assertThat(engine.receive(1)).isEmpty();
            try (var connection = engine.xa();
                    var session = connection.createXASession()) {
                session.getXAResource().commit(xid, false);
            }
            await().untilAsserted(
                            () -> assertThat(engine.gate().table().isEmpty()).isTrue());
            engine.restart();
            assertThat(engine.receive(1)).isEmpty();
            assertThat(engine.gate().table().isEmpty()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void largeMessageOfJmsIsLeasedReadAndDeletedWithItsFile(boolean paging) throws Exception {
        try (var engine = engine(home, paging)) {
            now(engine.broker()
                    .create(
                            TestEngine.ORDERS,
                            new QueueAttributes(
                                    1000,
                                    Duration.ZERO,
                                    Duration.ofSeconds(1),
                                    1 << 20,
                                    Duration.ofHours(1),
                                    Duration.ZERO,
                                    QueueAttributes.DEFAULT.deadLetterPolicy())));
            var text = "ä".repeat(300_000);
            try (var connection = engine.core();
                    var session = connection.createSession();
                    var producer = session.createProducer(session.createQueue("orders"))) {
                producer.send(session.createTextMessage(text));
            }

            assertThat(engine.receive(1, Duration.ofSeconds(5)))
                    .extracting(Delivery::body)
                    .containsExactly(text);
            engine.restart();
            var again = engine.receive(1, Duration.ofSeconds(5));
            assertThat(again).extracting(Delivery::body).containsExactly(text);
            assertThat(delete(engine, again.get(0))).isTrue();

            assertThat(engine.receive(1)).isEmpty();
            if (!paging) {
                await().untilAsserted(() -> assertThat(engine.largeBodies()).isEmpty());
            }
        }
    }

    @Test
    void waitingReceivesEndWithTheirQueueAndWithTheEngine() {
        try (var engine = engine(home, false)) {
            engine.create();
            var ofQueue = engine.broker().receive(engine.orders(), 1, Duration.ofMinutes(1));
            now(engine.broker().delete(engine.orders()));
            assertThat(now(ofQueue)).isEmpty();

            engine.create();
            engine.send("works again");
            assertThat(engine.receive(1)).hasSize(1);
            var ofEngine = engine.broker().receive(engine.orders(), 1, Duration.ofMinutes(1));
            engine.restart();
            assertThat(ofEngine).isDone();
        }
    }

    private static boolean delete(TestEngine engine, Delivery delivery) {
        return now(engine.broker().deleteLeased(engine.orders(), List.of(delivery.handle())))
                .isEmpty();
    }
}
