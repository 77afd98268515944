/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static io.quorummq.core.artemis.Attributes.visibility;
import static io.quorummq.core.artemis.TestEngine.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.QueueName;
import io.quorummq.core.queue.DeadLetterPolicy;
import io.quorummq.core.queue.QueueAttributes;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.activemq.artemis.core.transaction.impl.XidImpl;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No receive is forgotten and none is counted twice, whatever happens between two of them. */
class ExactCountTest {
    private static final QueueName DEAD = new QueueName("dead");

    @TempDir
    Path home;

    private TestEngine engine(boolean paging) {
        return paging ? TestEngine.paging(home) : TestEngine.in(home);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void messageWhoseLastLeaseEndedWhileTheEngineWasDownReachesNoConsumer(boolean paging) throws Exception {
        try (var engine = engine(paging)) {
            now(engine.broker().create(DEAD, QueueAttributes.DEFAULT));
            engine.create(visibility(1, new DeadLetterPolicy.ByReceiveCount(DEAD, 1)));
            engine.send("poison", "fresh");
            var received = engine.receive(1).get(0);

            engine.restartAfter(received.visibleAgain());

            try (var connection = engine.amqp();
                    var session = connection.createSession();
                    var consumer = session.createConsumer(session.createQueue("orders"))) {
                assertThat(consumer.receive(5000).getBody(String.class)).isEqualTo("fresh");
                assertThat(consumer.receive(300)).isNull();
            }
            assertThat(engine.receiveFrom("dead", 1, Duration.ofSeconds(5)))
                    .extracting(Delivery::body)
                    .containsExactly("poison");
            assertThat(engine.gate().table().isEmpty()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void messageWhoseDeadLetterQueueIsGoneStaysAfterARestart(boolean paging) {
        try (var engine = engine(paging)) {
            now(engine.broker().create(DEAD, QueueAttributes.DEFAULT));
            engine.create(visibility(1, new DeadLetterPolicy.ByReceiveCount(DEAD, 1)));
            engine.send("stays");
            var received = engine.receive(1).get(0);
            now(engine.broker().delete(engine.find("dead")));

            engine.restartAfter(received.visibleAgain());

            assertThat(engine.receive(1, Duration.ofSeconds(5)))
                    .extracting(Delivery::receiveCount)
                    .containsExactly(2);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void preparedReceiveThatIsRolledBackAfterARestartCounts(boolean paging) throws Exception {
        var xid = new XidImpl("branch".getBytes(StandardCharsets.UTF_8), 1, "counted".getBytes(StandardCharsets.UTF_8));
        try (var engine = engine(paging)) {
            engine.create(visibility(1));
            engine.send("counted");
            var first = engine.receive(1).get(0);
            assertThat(engine.receive(1, Duration.ofSeconds(5))).hasSize(1);
            prepareReceive(engine, xid);

            engine.restart();
            try (var connection = engine.xa();
                    var session = connection.createXASession()) {
                session.getXAResource().rollback(xid);
            }

            assertThat(deliveryCount(engine.core())).isEqualTo(4);
            engine.restart();
            assertThat(deliveryCount(engine.amqp())).isEqualTo(5);
            var again = engine.receive(1, Duration.ofSeconds(5)).get(0);
            assertThat(again.receiveCount()).isEqualTo(6);
            assertThat(again.firstReceived().toEpochMilli())
                    .isEqualTo(first.firstReceived().toEpochMilli());
            engine.delete("orders", again);
            assertThat(engine.receive(1)).as("there once").isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void preparedReceiveThatWasTheLastOneLeadsToTheDeadLetterQueueOnce(boolean paging) throws Exception {
        var xid = new XidImpl("branch".getBytes(StandardCharsets.UTF_8), 1, "last".getBytes(StandardCharsets.UTF_8));
        try (var engine = engine(paging)) {
            now(engine.broker().create(DEAD, QueueAttributes.DEFAULT));
            engine.create(visibility(1, new DeadLetterPolicy.ByReceiveCount(DEAD, 2)));
            engine.send("poison", "fresh");
            assertThat(engine.receive(1)).hasSize(1);
            await().until(() -> engine.gate().table().leased() == 0);
            prepareReceive(engine, xid);

            engine.restart();
            try (var connection = engine.xa();
                    var session = connection.createXASession()) {
                session.getXAResource().rollback(xid);
            }

            assertThat(engine.receiveFrom("dead", 2, Duration.ofSeconds(5)))
                    .extracting(Delivery::body)
                    .containsExactly("poison");
            engine.restart();
            assertThat(engine.receive(16, Duration.ofSeconds(5)))
                    .extracting(Delivery::body)
                    .containsExactly("fresh");
            assertThat(engine.receiveFrom("dead", 2, Duration.ZERO)).isEmpty();
        }
    }

    private static void prepareReceive(TestEngine engine, Xid xid) throws Exception {
        try (var connection = engine.xa();
                var session = connection.createXASession();
                var consumer = session.createConsumer(session.createQueue("orders"))) {
            session.getXAResource().start(xid, XAResource.TMNOFLAGS);
            assertThat(consumer.receive(5000)).isNotNull();
            session.getXAResource().end(xid, XAResource.TMSUCCESS);
            session.getXAResource().prepare(xid);
        }
    }

    /** Of one more delivery, which is rolled back. */
    private static int deliveryCount(Connection opened) throws JMSException {
        try (var connection = opened;
                var session = connection.createSession(true, Session.SESSION_TRANSACTED);
                var consumer = session.createConsumer(session.createQueue("orders"))) {
            var count = consumer.receive(5000).getIntProperty("JMSXDeliveryCount");
            session.rollback();
            return count;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clearingAndDeletingTakeLeasesAlongThatWereNotReadSinceTheStart(boolean delete) throws Exception {
        try (var engine = engine(true)) {
            engine.create(visibility(600));
            engine.send("a", "b", "c");
            assertThat(engine.receive(1)).hasSize(1);
            assertThat(engine.receive(1)).hasSize(1);
            engine.restart();
            assertThat(engine.gate().table().leased()).isEqualTo(2);

            if (delete) {
                now(engine.broker().delete(engine.orders()));
                engine.create(visibility(600));
            } else {
                now(engine.broker().clear(engine.orders()));
            }

            await().untilAsserted(
                            () -> assertThat(engine.gate().table().isEmpty()).isTrue());
            engine.restart();
            assertThat(engine.gate().table().isEmpty()).isTrue();
            assertThat(engine.receive(1)).isEmpty();
        }
    }
}
