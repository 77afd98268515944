/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qcloud.cmq.Account;
import com.qcloud.cmq.CMQServerException;
import com.qcloud.cmq.Message;
import com.qcloud.cmq.Queue;
import com.qcloud.cmq.QueueMeta;
import com.qcloud.cmq.entity.CmqConfig;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One queue through three doors of a real node: what the published CMQ Java SDK does, unchanged but for its endpoint, is
 * looked at through JMS over core and AMQP, and the other way round. All tests share one node; each has its own queue.
 */
@Timeout(60)
final class SharedQueueIT {
    private static final int MANY = 500;
    /** What each of the competing senders sends. */
    private static final int SHARE = 200;

    private static final int BATCH = 16;
    private static final long SOON = 10_000;
    /** Long enough for a message that should not come to come. */
    private static final long A_WHILE = 300;

    private static final String NO_MESSAGE = "code:7000, message:(10200)no message";

    private static NodeProcess node;
    private static Account account;
    private static ServerLocator locator;
    private static ClientSession core;
    private static int queues;

    private String name;
    private Queue queue;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        node = NodeProcess.in(directory);
        var config = new CmqConfig();
        config.setEndpoint(node.endpoint().toString());
        config.setSecretId(NodeProcess.CREDENTIAL.secretId());
        config.setSecretKey(NodeProcess.CREDENTIAL.secretKey());
        config.setPrintSlow(false);
        account = new Account(config);
        locator = ActiveMQClient.createServerLocator("tcp://127.0.0.1:" + node.port("--core-port"));
        core = locator.createSessionFactory()
                .createSession(
                        NodeProcess.CREDENTIAL.secretId(),
                        NodeProcess.CREDENTIAL.secretKey(),
                        false,
                        true,
                        true,
                        false,
                        locator.getAckBatchSize());
    }

    @AfterAll
    static void stop() {
        locator.close();
        node.close();
    }

    @BeforeEach
    void createQueue() throws Exception {
        name = "shared-" + queues++;
        account.createQueue(name, new QueueMeta());
        queue = account.getQueue(name);
    }

    @Test
    void aQueueThatTheSdkCreatesListsAndDeletesIsTheBrokersQueue() throws Exception {
        var found = core.queueQuery(SimpleString.of(name));
        assertThat(found.isExists()).isTrue();
        assertThat(found.isDurable()).isTrue();
        assertThat(found.getRoutingType()).isEqualTo(RoutingType.ANYCAST);
        assertThat(found.isAutoDelete()).isFalse();
        send(Door.AMQP, name + "-by-amqp", List.of("x"));

        var names = new ArrayList<String>();
        assertThat(account.listQueue(name.toUpperCase(Locale.ROOT), 0, 50, names))
                .isEqualTo(2);
        assertThat(names).containsExactly(name, name + "-by-amqp");
        assertThat(account.getQueue(name + "-by-amqp").receiveMessage().msgBody).isEqualTo("x");

        account.deleteQueue(name);
        account.deleteQueue(name + "-by-amqp");
        assertThat(core.queueQuery(SimpleString.of(name)).isExists()).isFalse();
        assertThat(core.queueQuery(SimpleString.of(name + "-by-amqp")).isExists())
                .isFalse();
        assertThatThrownBy(() -> queue.send("x")).isInstanceOf(CMQServerException.class);
    }

    @ParameterizedTest
    @EnumSource
    void attributesThatTheSdkSetsBindJmsSenders(Door door) throws Exception {
        var meta = new QueueMeta();
        meta.maxMsgSize = 1024;
        queue.setQueueAttributes(meta);

        send(door, name, List.of("s".repeat(500)));
        assertThatThrownBy(() -> send(door, name, List.of("l".repeat(1025)))).isInstanceOf(JMSException.class);

        var attributes = queue.getQueueAttributes();
        assertThat(attributes.maxMsgSize).isEqualTo(1024);
        assertThat(attributes.activeMsgNum).isEqualTo(1);
        assertThat(receiveAll(door, 1)).containsExactly("s".repeat(500));
        assertThat(queue.getQueueAttributes().activeMsgNum).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void whatTheSdkSendsJmsReceivesInOrder(Door door) throws Exception {
        var texts = new ArrayList<String>();
        texts.add("héllo &=+%/?#:;\"' <x> 中文 😀\ttab\nline2 a_b");
        queue.send(texts.get(0));
        var batch = texts("batch", BATCH);
        assertThat(queue.batchSend(batch)).hasSize(BATCH);
        texts.addAll(batch);

        assertThat(receiveAll(door, texts.size())).containsExactlyElementsOf(texts);
        assertThatThrownBy(queue::receiveMessage).hasToString(NO_MESSAGE);
    }

    @ParameterizedTest
    @EnumSource
    void aDelayOfTheSdkHoldsForJmsAndADelayOfJmsHoldsForTheSdk(Door door) throws Exception {
        queue.send("by the SDK", 1);
        try (var connection = door.connect(node);
                var session = connection.createSession();
                var consumer = session.createConsumer(session.createQueue(name))) {
            assertThat(consumer.receive(A_WHILE)).isNull();
            assertThat(text(consumer)).isEqualTo("by the SDK");
        }
        try (var connection = door.connect(node);
                var session = connection.createSession();
                var producer = session.createProducer(session.createQueue(name))) {
            producer.setDeliveryDelay(1500);
            producer.send(session.createTextMessage("by JMS"));
        }
        assertThat(queue.getQueueAttributes().delayMsgNum).isEqualTo(1);
        assertThatThrownBy(queue::receiveMessage).hasToString(NO_MESSAGE);
        assertThat(polled().msgBody).isEqualTo("by JMS");
    }

    @ParameterizedTest
    @EnumSource
    void aMessageThatTheSdkHoldsIsHiddenFromJmsUntilItsTime(Door door) throws Exception {
        var meta = new QueueMeta();
        meta.visibilityTimeout = 2;
        queue.setQueueAttributes(meta);
        send(door, name, List.of("leased"));

        var received = queue.receiveMessage();

        assertThat(received.msgBody).isEqualTo("leased");
        assertThat(received.dequeueCount).isEqualTo(1);
        assertThat(queue.getQueueAttributes().inactiveMsgNum).isEqualTo(1);
        try (var connection = door.connect(node);
                var session = connection.createSession();
                var consumer = session.createConsumer(session.createQueue(name))) {
            assertThat(consumer.receive(A_WHILE)).isNull();
            var again = consumer.receive(SOON);
            assertThat(again.getBody(String.class)).isEqualTo("leased");
            assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
            assertThat(again.getJMSRedelivered()).isTrue();
        }
        assertThatThrownBy(() -> queue.deleteMessage(received.receiptHandle)).isInstanceOf(CMQServerException.class);
    }

    @ParameterizedTest
    @EnumSource
    void whatTheSdkDeletesIsGoneForJms(Door door) throws Exception {
        var meta = new QueueMeta();
        meta.visibilityTimeout = 1;
        queue.setQueueAttributes(meta);
        send(door, name, texts("m", BATCH + 1));

        queue.deleteMessage(queue.receiveMessage().receiptHandle);
        var rest = queue.batchReceiveMessage(BATCH);
        assertThat(rest).hasSize(BATCH);
        queue.batchDeleteMessage(handles(rest.subList(1, BATCH)));

        assertThat(count()).isEqualTo(1);
        assertThat(receiveAll(door, 1)).containsExactly(rest.get(0).msgBody);
        assertThat(count()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aLongPollOfTheSdkIsAnsweredWhenJmsSends(Door door) throws Exception {
        var meta = new QueueMeta();
        meta.pollingWaitSeconds = 20;
        queue.setQueueAttributes(meta);
        var caller = Executors.newSingleThreadExecutor();
        try (var connection = door.connect(node);
                var session = connection.createSession();
                var producer = session.createProducer(session.createQueue(name))) {
            var polling = caller.submit(() -> queue.receiveMessage());
            assertThatThrownBy(() -> polling.get(A_WHILE, TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class);

            producer.send(session.createTextMessage("at last"));

            assertThat(polling.get(SOON, TimeUnit.MILLISECONDS).msgBody).isEqualTo("at last");
        } finally {
            caller.shutdownNow();
        }
    }

    /** The SDK knows neither dead-letter policy nor ClearQueue: these two are called without it. */
    @ParameterizedTest
    @EnumSource
    void aMessageThatTheSdkReceivesTooOftenIsFoundInTheDeadLetterQueueByJms(Door door) throws Exception {
        var dead = name + "-dead";
        account.createQueue(dead, new QueueMeta());
        var meta = new QueueMeta();
        meta.visibilityTimeout = 1;
        queue.setQueueAttributes(meta);
        try (var cmq = node.cmq()) {
            cmq.setQueueAttributes(
                            name,
                            Map.of(
                                    "deadLetterPolicy",
                                    "{\"deadLetterQueue\":\"" + dead + "\",\"policy\":0,\"maxReceiveCount\":1}"))
                    .get(SOON, TimeUnit.MILLISECONDS);
            send(door, name, List.of("poison"));

            assertThat(queue.receiveMessage().msgBody).isEqualTo("poison");

            assertThat(polledUntilNone()).isZero();
            name = dead;
            assertThat(receiveAll(door, 1)).containsExactly("poison");

            send(door, dead, texts("cleared", 3));
            cmq.clearQueue(dead).get(SOON, TimeUnit.MILLISECONDS);
            assertThat(count()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aQueueFilledByTheSdkIsDrainedByJms(Door door) throws Exception {
        var texts = texts("sdk", MANY);
        for (int i = 0; i < MANY; i += BATCH) {
            queue.batchSend(texts.subList(i, Math.min(MANY, i + BATCH)));
        }

        assertThat(receiveAll(door, MANY)).containsExactlyElementsOf(texts);
        assertThat(count()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aQueueFilledByJmsIsDrainedByTheSdk(Door door) throws Exception {
        var texts = texts(door.name(), MANY);
        send(door, name, texts);

        var received = new ArrayList<String>();
        while (received.size() < MANY) {
            var batch = queue.batchReceiveMessage(BATCH);
            batch.forEach(message -> received.add(message.msgBody));
            queue.batchDeleteMessage(handles(batch));
        }

        assertThat(received).containsExactlyElementsOf(texts);
        assertThat(count()).isZero();
        assertThatThrownBy(queue::receiveMessage).hasToString(NO_MESSAGE);
    }

    @Test
    void consumersAtAllDoorsCompeteWithoutLossOrDoubleDelivery() throws Exception {
        var taken = new ConcurrentLinkedQueue<String>();
        var all = new ArrayList<String>();
        var workers = Executors.newCachedThreadPool();
        try {
            var consumers = new ArrayList<Future<Integer>>();
            consumers.add(workers.submit(() -> drainBySdk(taken)));
            consumers.add(workers.submit(() -> drainBySdk(taken)));
            for (var door : Door.values()) {
                consumers.add(workers.submit(() -> drain(door, taken)));
            }
            var senders = new ArrayList<Callable<Void>>();
            for (var door : Door.values()) {
                var texts = texts("from " + door, SHARE);
                all.addAll(texts);
                senders.add(() -> {
                    send(door, name, texts);
                    return null;
                });
            }
            var texts = texts("from the SDK", SHARE);
            all.addAll(texts);
            senders.add(() -> {
                for (int i = 0; i < SHARE; i += BATCH) {
                    queue.batchSend(texts.subList(i, Math.min(SHARE, i + BATCH)));
                }
                return null;
            });
            for (var sent : workers.invokeAll(senders)) {
                sent.get();
            }
            for (var consumer : consumers) {
                assertThat(consumer.get(30, TimeUnit.SECONDS))
                        .as("share of one consumer")
                        .isPositive();
            }
        } finally {
            workers.shutdownNow();
        }
        assertThat(taken).containsExactlyInAnyOrderElementsOf(all);
        assertThat(count()).isZero();
    }

    private int drainBySdk(ConcurrentLinkedQueue<String> taken) throws Exception {
        int share = 0;
        while (true) {
            try {
                var message = polled();
                taken.add(message.msgBody);
                queue.deleteMessage(message.receiptHandle);
                share++;
            } catch (CMQServerException none) {
                assertThat(none).hasToString(NO_MESSAGE);
                return share;
            }
        }
    }

    private int drain(Door door, ConcurrentLinkedQueue<String> taken) throws JMSException {
        try (var connection = door.connect(node);
                var session = connection.createSession();
                var consumer = session.createConsumer(session.createQueue(name))) {
            int share = 0;
            for (var message = consumer.receive(2000); message != null; message = consumer.receive(2000)) {
                taken.add(message.getBody(String.class));
                share++;
            }
            return share;
        }
    }

    private static void send(Door door, String queue, List<String> texts) throws JMSException {
        try (var connection = door.connect(node);
                var session = connection.createSession();
                var producer = session.createProducer(session.createQueue(queue))) {
            for (var text : texts) {
                producer.send(session.createTextMessage(text));
            }
        }
    }

    /** So many messages, and assures that no more come. */
    private List<String> receiveAll(Door door, int messages) throws JMSException {
        var received = new ArrayList<String>();
        try (Connection connection = door.connect(node);
                Session session = connection.createSession();
                var consumer = session.createConsumer(session.createQueue(name))) {
            for (int i = 0; i < messages; i++) {
                received.add(text(consumer));
            }
            assertThat(consumer.receive(A_WHILE)).isNull();
        }
        return received;
    }

    private static String text(MessageConsumer consumer) throws JMSException {
        var message = consumer.receive(SOON);
        assertThat(message).isInstanceOf(TextMessage.class);
        return message.getBody(String.class);
    }

    /** Waits at the server for the next message. */
    @SuppressWarnings("deprecation") // the SDK's only way to wait that is not an attribute of the queue
    private Message polled() throws Exception {
        return queue.receiveMessage(2);
    }

    /** The messages that came, until none did for longer than the visibility timeout. */
    @SuppressWarnings("deprecation") // as above
    private int polledUntilNone() throws Exception {
        int received = 0;
        while (true) {
            try {
                queue.receiveMessage(2);
                received++;
            } catch (CMQServerException none) {
                assertThat(none).hasToString(NO_MESSAGE);
                return received;
            }
        }
    }

    /** What the core protocol counts in the queue, held back or not. */
    private long count() throws Exception {
        return core.queueQuery(SimpleString.of(name)).getMessageCount();
    }

    private static List<String> handles(List<Message> messages) {
        return messages.stream().map(message -> message.receiptHandle).toList();
    }

    private static List<String> texts(String prefix, int number) {
        return IntStream.range(0, number).mapToObj(i -> prefix + "-" + i).toList();
    }
}
