/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.replication.consensus.BrokerGroup;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.transaction.xa.XAResource;
import org.apache.activemq.artemis.core.transaction.impl.XidImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients were told, on whatever node they ask next. */
final class ReplicatedBrokerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final XidImpl XID = new XidImpl("branch".getBytes(UTF_8), 1, "global".getBytes(UTF_8));

    @TempDir
    Path directory;

    @Test
    void whatWasAcknowledgedIsThereOnTheNextLeader() throws Exception {
        try (var group = new BrokerGroup(directory, 3)) {
            var first = group.leader();
            var sent = sendOfEachKind(first.clients());

            group.isolate(first);
            var second = group.leaderOtherThan(first);

            assertAllThere(second.clients(), sent);
            await().atMost(PATIENCE).until(() -> first.engine().isEmpty());
        }
    }

    @Test
    void aHandOverLeavesNothingBehindAndComesBack() throws Exception {
        try (var group = new BrokerGroup(directory, 3)) {
            var first = group.leader();
            var sent = sendOfEachKind(first.clients());
            var second = group.follower();

            group.handOver(first, second);
            assertThat(group.leader()).isSameAs(second);
            assertThat(first.engine()).isEmpty();
            group.handOver(second, first);

            assertThat(group.leader()).isSameAs(first);
            assertAllThere(first.clients(), sent);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLoneNodeHasEverythingAfterItsEnd(boolean orderly) throws Exception {
        try (var group = new BrokerGroup(directory, 1)) {
            var sent = sendOfEachKind(group.leader().clients());
            if (orderly) {
                group.resign(group.leader());
            }

            group.restart();

            assertAllThere(group.leader().clients(), sent);
        }
    }

    @Test
    void anOfficeLostUnderLoadHasAcknowledgedNothingThatIsNotThere() throws Exception {
        var acknowledged = ConcurrentHashMap.<String>newKeySet();
        var executor = Executors.newCachedThreadPool();
        try (var group = new BrokerGroup(directory, 3)) {
            var first = group.leader();
            var senders = new ArrayList<Future<Integer>>();
            for (var i = 0; i < 4; i++) {
                var name = "sender " + i;
                var queue = i < 2 ? "plain" : EngineFixture.PAGED;
                var connection =
                        i % 2 == 0 ? first.clients().core() : first.clients().amqp();
                senders.add(executor.submit(() -> sendUntilRefused(connection, queue, name, acknowledged)));
            }
            await().atMost(PATIENCE).until(() -> acknowledged.size() > 500);

            group.isolate(first);

            for (var sender : senders) {
                assertThat(sender.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isPositive();
            }
            var second = group.leaderOtherThan(first);
            var there = new HashSet<String>();
            try (var connection = second.clients().core()) {
                there.addAll(drain(connection, "plain"));
                there.addAll(drain(connection, EngineFixture.PAGED));
            }
            assertThat(there).containsAll(acknowledged);

            group.heal();
            await().atMost(PATIENCE).until(() -> first.engine().isEmpty());
        } finally {
            executor.shutdownNow();
        }
    }

    private static int sendUntilRefused(Connection connection, String queue, String name, Set<String> acknowledged) {
        var count = 0;
        try (connection;
                var session = connection.createSession();
                var producer = session.createProducer(session.createQueue(queue))) {
            while (true) {
                var text = name + " message " + count;
                producer.send(session.createTextMessage(text));
                acknowledged.add(text);
                count++;
            }
        } catch (JMSException refused) {
            return count;
        }
    }

    /** By queue, what was acknowledged; one more message is in a prepared transaction. */
    private static List<Sent> sendOfEachKind(EngineFixture clients) throws Exception {
        var sent = new ArrayList<Sent>();
        try (var core = clients.core();
                var amqp = clients.amqp()) {
            for (var door : List.of(core, amqp)) {
                var name = door == core ? "core " : "amqp ";
                try (var session = door.createSession()) {
                    sent.add(send(session, "plain", 50, i -> name + i, 0));
                    sent.add(send(session, EngineFixture.PAGED, 300, i -> name + i + " " + "x".repeat(2_000), 0));
                    sent.add(send(session, "large", 3, i -> name + i + " " + "y".repeat(300_000), 0));
                    sent.add(send(session, "later", 3, i -> name + i, 2_000));
                }
                try (var session = door.createSession(Session.SESSION_TRANSACTED)) {
                    sent.add(send(session, "plain", 20, i -> name + "in a transaction " + i, 0));
                    session.commit();
                    send(session, "plain", 20, i -> name + "rolled back " + i, 0);
                    session.rollback();
                }
            }
            try (var session = core.createSession();
                    var producer = session.createProducer(session.createQueue("plain"))) {
                for (var i = 0; i < 2; i++) {
                    var once = session.createTextMessage("once");
                    once.setStringProperty("_AMQ_DUPL_ID", "once");
                    producer.send(once);
                }
                sent.add(new Sent("plain", List.of("once")));
            }
        }
        try (var xa = clients.xa();
                var session = xa.createXASession();
                var producer = session.createProducer(session.createQueue("plain"))) {
            session.getXAResource().start(XID, XAResource.TMNOFLAGS);
            producer.send(session.createTextMessage("prepared"));
            session.getXAResource().end(XID, XAResource.TMSUCCESS);
            session.getXAResource().prepare(XID);
        }
        return sent;
    }

    private record Sent(String queue, List<String> texts) {}

    private interface Text {
        String number(int i);
    }

    private static Sent send(Session session, String queue, int count, Text text, long delayMillis)
            throws JMSException {
        var texts = new ArrayList<String>();
        try (var producer = session.createProducer(session.createQueue(queue))) {
            producer.setDeliveryDelay(delayMillis);
            for (var i = 0; i < count; i++) {
                producer.send(session.createTextMessage(text.number(i)));
                texts.add(text.number(i));
            }
        }
        return new Sent(queue, texts);
    }

    private static void assertAllThere(EngineFixture clients, List<Sent> sent) throws Exception {
        try (var xa = clients.xa();
                var session = xa.createXASession()) {
            session.getXAResource().commit(XID, false);
        }
        try (var connection = clients.core()) {
            for (var queue : List.of("plain", EngineFixture.PAGED, "large", "later")) {
                var expected = new ArrayList<String>();
                sent.stream().filter(some -> some.queue().equals(queue)).forEach(some -> expected.addAll(some.texts()));
                if (queue.equals("plain")) {
                    expected.add("prepared");
                }
                assertThat(drain(connection, queue)).as(queue).containsExactlyInAnyOrderElementsOf(expected);
            }
            try (var session = connection.createSession();
                    var producer = session.createProducer(session.createQueue("plain"))) {
                var again = session.createTextMessage("once");
                again.setStringProperty("_AMQ_DUPL_ID", "once");
                producer.send(again);
            }
            assertThat(drain(connection, "plain")).isEmpty();
        }
    }

    private static List<String> drain(Connection connection, String queue) throws JMSException {
        var texts = new ArrayList<String>();
        try (var session = connection.createSession();
                var consumer = session.createConsumer(session.createQueue(queue))) {
            while (consumer.receive(3_000) instanceof TextMessage message) {
                texts.add(message.getText());
            }
        }
        return texts;
    }
}
