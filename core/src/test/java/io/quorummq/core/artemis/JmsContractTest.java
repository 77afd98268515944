/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.core.artemis.Doors.Door;
import io.quorummq.core.queue.QueueAttributes;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What JMS promises beside plain queues works as in Artemis, through both JMS clients. */
@ParameterizedClass
@EnumSource(names = {"CORE", "AMQP"})
class JmsContractTest {
    private static final long PATIENCE = 5000;
    private static final long MOMENT = 150;

    private static TestEngine engine;
    private static int names;

    private final Door door;
    private Connection connection;

    JmsContractTest(Door door) {
        this.door = door;
    }

    @BeforeAll
    static void open(@TempDir Path home) {
        engine = TestEngine.in(home);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @BeforeEach
    void connect() throws Exception {
        connection = connect("client-" + ++names);
    }

    @AfterEach
    void disconnect() throws Exception {
        connection.close();
    }

    private Connection connect(String clientId) throws Exception {
        return door == Door.CORE ? engine.core(clientId) : engine.amqp(clientId);
    }

    private Session session() throws Exception {
        return connection.createSession();
    }

    private Session transacted() throws Exception {
        return connection.createSession(true, Session.SESSION_TRANSACTED);
    }

    private String name(String kind) {
        return kind + "-" + door + "-" + ++names;
    }

    private static String text(Message message) throws Exception {
        assertThat(message).isInstanceOf(TextMessage.class);
        return ((TextMessage) message).getText();
    }

    private static List<String> drain(MessageConsumer consumer) throws Exception {
        var drained = new ArrayList<String>();
        for (var message = consumer.receive(MOMENT); message != null; message = consumer.receive(MOMENT)) {
            drained.add(text(message));
        }
        return drained;
    }

    private void send(String queue, String... bodies) throws Exception {
        try (var session = session();
                var producer = session.createProducer(session.createQueue(queue))) {
            for (var body : bodies) {
                producer.send(session.createTextMessage(body));
            }
        }
    }

    @Test
    void everySubscriberOfATopicGetsEveryMessage() throws Exception {
        var session = session();
        var topic = session.createTopic(name("topic"));
        var one = session.createConsumer(topic);
        var two = session.createConsumer(topic, "colour = 'red'");
        var producer = session.createProducer(topic);
        for (var colour : List.of("red", "blue")) {
            var message = session.createTextMessage(colour);
            message.setStringProperty("colour", colour);
            producer.send(message);
        }

        assertThat(text(one.receive(PATIENCE))).isEqualTo("red");
        assertThat(text(one.receive(PATIENCE))).isEqualTo("blue");
        assertThat(text(two.receive(PATIENCE))).isEqualTo("red");
        assertThat(two.receive(MOMENT)).isNull();
    }

    @Test
    void durableSubscriptionKeepsMessagesForAnAbsentSubscriberAndARestart() throws Exception {
        var topicName = name("topic");
        connection.close();
        connection = connect("absent-" + door);
        var topic = session().createTopic(topicName);
        session().createDurableSubscriber(topic, "news").close();
        connection.close();
        connection = connect("publisher");
        var session = session();
        var producer = session.createProducer(session.createTopic(topicName));
        producer.send(session.createTextMessage("missed"));
        producer.send(session.createTextMessage("leased by nobody"));
        connection.close();

        engine.restart();

        connection = connect("absent-" + door);
        var again = session();
        var subscriber = again.createDurableSubscriber(again.createTopic(topicName), "news");
        assertThat(text(subscriber.receive(PATIENCE))).isEqualTo("missed");
        assertThat(text(subscriber.receive(PATIENCE))).isEqualTo("leased by nobody");
        subscriber.close();
        again.unsubscribe("news");
    }

    @Test
    void sharedSubscriptionDividesMessagesAmongItsConsumers() throws Exception {
        var session = session();
        var topic = session.createTopic(name("topic"));
        var other = session();
        var one = session.createSharedConsumer(topic, "team");
        var two = other.createSharedConsumer(topic, "team");
        var durable = session.createSharedDurableConsumer(topic, "durable-team");
        var producer = session.createProducer(topic);
        var bodies = IntStream.range(0, 10).mapToObj(i -> "news " + i).toList();
        for (var body : bodies) {
            producer.send(session.createTextMessage(body));
        }

        var shared = new ArrayList<>(drain(one));
        shared.addAll(drain(two));
        assertThat(shared).containsExactlyInAnyOrderElementsOf(bodies);
        assertThat(drain(durable)).containsExactlyElementsOf(bodies);
    }

    @Test
    void requestIsAnsweredOverATemporaryQueue() throws Exception {
        var session = session();
        var requests = session.createQueue(name("requests"));
        var replies = session.createTemporaryQueue();
        var request = session.createTextMessage("question");
        request.setJMSReplyTo(replies);
        session.createProducer(requests).send(request);

        var server = session();
        var received = server.createConsumer(requests).receive(PATIENCE);
        var reply = server.createTextMessage("answer to " + text(received));
        reply.setJMSCorrelationID(received.getJMSMessageID());
        server.createProducer(null).send(received.getJMSReplyTo(), reply);

        var consumer = session.createConsumer(replies);
        var answer = consumer.receive(PATIENCE);
        assertThat(text(answer)).isEqualTo("answer to question");
        assertThat(answer.getJMSCorrelationID()).isEqualTo(request.getJMSMessageID());
        consumer.close();
        replies.delete();
    }

    @Test
    void browserShowsWhatAConsumerWouldGetAndTakesNothing() throws Exception {
        var queue = name("browsed");
        engine.create(queue, QueueAttributes.DEFAULT);
        send(queue, "leased", "one", "two");
        assertThat(engine.receiveFrom(queue, 1, Duration.ZERO)).hasSize(1);
        engine.sendTo(queue, "delayed", Duration.ofSeconds(60));

        var session = session();
        var browser = session.createBrowser(session.createQueue(queue));
        var seen = new ArrayList<String>();
        for (Object message : Collections.list((Enumeration<?>) browser.getEnumeration())) {
            seen.add(text((Message) message));
        }
        browser.close();

        assertThat(seen).containsExactly("one", "two");
        assertThat(drain(session.createConsumer(session.createQueue(queue)))).containsExactly("one", "two");
    }

    @Test
    void selectorPicksAndLeavesTheRest() throws Exception {
        var session = session();
        var queue = session.createQueue(name("selected"));
        var producer = session.createProducer(queue);
        for (int i = 0; i < 6; i++) {
            var message = session.createTextMessage("number " + i);
            message.setIntProperty("number", i);
            producer.send(message);
        }

        try (var odd = session.createConsumer(queue, "number = 1 OR number > 3")) {
            assertThat(drain(odd)).containsExactly("number 1", "number 4", "number 5");
        }
        try (var rest = session.createConsumer(queue)) {
            assertThat(drain(rest)).containsExactly("number 0", "number 2", "number 3");
        }
    }

    @Test
    void prioritiesComeInOrderAndEqualOnesInTheOrderOfSending() throws Exception {
        var session = session();
        var queue = session.createQueue(name("prioritized"));
        var producer = session.createProducer(queue);
        for (var priority : List.of(0, 9, 4, 9, 0)) {
            producer.setPriority(priority);
            producer.send(session.createTextMessage("priority " + priority));
        }

        assertThat(drain(session.createConsumer(queue)))
                .containsExactly("priority 9", "priority 9", "priority 4", "priority 0", "priority 0");
    }

    @Test
    void groupStaysWithOneConsumer() throws Exception {
        var session = session();
        var queue = session.createQueue(name("grouped"));
        var one = session().createConsumer(queue);
        var two = session().createConsumer(queue);
        var producer = session.createProducer(queue);
        for (int i = 0; i < 8; i++) {
            var message = session.createTextMessage("g" + i % 2);
            message.setStringProperty("JMSXGroupID", "g" + i % 2);
            producer.send(message);
        }

        assertThat(List.of(drain(one), drain(two)))
                .containsExactlyInAnyOrder(List.of("g0", "g0", "g0", "g0"), List.of("g1", "g1", "g1", "g1"));
    }

    @Test
    void rollbackUndoesSendsAndReceivesAndCommitKeepsThem() throws Exception {
        var in = name("in");
        var out = name("out");
        send(in, "work");
        var session = transacted();
        var consumer = session.createConsumer(session.createQueue(in));
        var producer = session.createProducer(session.createQueue(out));

        var first = consumer.receive(PATIENCE);
        producer.send(session.createTextMessage("result"));
        session.rollback();
        var again = consumer.receive(PATIENCE);
        assertThat(text(again)).isEqualTo(text(first));
        assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
        producer.send(session.createTextMessage("result"));
        session.commit();

        assertThat(consumer.receive(MOMENT)).isNull();
        var check = session();
        assertThat(drain(check.createConsumer(check.createQueue(out)))).containsExactly("result");
    }

    @Test
    void unacknowledgedMessagesComeBackWhenTheirSessionGoes() throws Exception {
        var queue = name("unacknowledged");
        send(queue, "one", "two", "three");
        var session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createConsumer(session.createQueue(queue));
        var one = consumer.receive(PATIENCE);
        one.acknowledge();
        assertThat(text(consumer.receive(PATIENCE))).isEqualTo("two");
        session.close();

        var next = session();
        assertThat(drain(next.createConsumer(next.createQueue(queue)))).containsExactlyInAnyOrder("two", "three");
    }

    @Test
    void duplicateIsStoredOnceEvenAcrossARestart() throws Exception {
        var queue = name("deduplicated");
        sendWithDuplicateId(queue);
        sendWithDuplicateId(queue);
        connection.close();
        engine.restart();
        connection = connect("after-restart-" + ++names);
        sendWithDuplicateId(queue);

        var session = session();
        assertThat(drain(session.createConsumer(session.createQueue(queue)))).containsExactly("once");
    }

    private void sendWithDuplicateId(String queue) throws Exception {
        try (var session = session();
                var producer = session.createProducer(session.createQueue(queue))) {
            var message = session.createTextMessage("once");
            message.setStringProperty("_AMQ_DUPL_ID", "the same");
            producer.send(message);
        }
    }
}
