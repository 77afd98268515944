/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.ReceivedMessage;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often a message on a page was handed out is known exactly, however many leaders die in between. */
@Tag("fault")
final class CountFailoverIT {
    private static final int KILLS = 5;
    private static final int RECEIVES_MAX = KILLS + 1;
    private static final int MESSAGES = 60;
    private static final int BATCH = 4;
    private static final int JMS_MESSAGES = 5;
    private static final int CALL_SECONDS_MAX = 30;
    private static final String BODY = "x".repeat(1000);

    private static final String QUEUE = "counted";
    private static final String DEAD = "counted-dead";
    private static final String CORE = "rolled-back-core";
    private static final String AMQP = "rolled-back-amqp";
    private static final List<String> PAGED = List.of(QUEUE, CORE, AMQP);

    @TempDir
    Path directory;

    /** Of each message of the queue, by its id. */
    private final Map<String, Collection<ReceivedMessage>> received = new ConcurrentHashMap<>();
    /** Calls whose answer was lost: each may have received up to a batch. */
    private final AtomicInteger unknown = new AtomicInteger();

    @Test
    void eachMessageIsDeadLetteredAfterExactlyAsManyReceivesAsItsQueueSays() throws Exception {
        ClusterProcesses.in(directory).use(cluster -> {
            cluster.configure(pagedFromTheFirstMessageOn());
            cluster.startAll();
            var clients = new HashMap<ClusterNode, CmqClient>();
            cluster.nodes().forEach(node -> clients.put(node, cluster.cmq(node)));
            var receivers = Executors.newFixedThreadPool(2);
            try {
                fill(requireNonNull(clients.get(cluster.awaitLeader())));
                var receiving = IntStream.range(0, 2)
                        .<Future<?>>mapToObj(i -> receivers.submit(() -> receiveUntilInterrupted(clients)))
                        .toList();
                for (int kill = 1; kill <= KILLS; kill++) {
                    rollBackAll(cluster, kill);
                    killInTheMiddleOfRound(cluster, kill);
                }
                rollBackAll(cluster, RECEIVES_MAX);
                var client = requireNonNull(clients.get(cluster.awaitLeader()));
                awaitAllDead(client);
                receivers.shutdownNow();
                for (var one : receiving) {
                    one.get(CALL_SECONDS_MAX, TimeUnit.SECONDS);
                }
                assertDeadOnce(client);
                assertExact();
            } finally {
                receivers.shutdownNow();
                clients.values().forEach(CmqClient::close);
            }
        });
    }

    private static Map<String, String> pagedFromTheFirstMessageOn() {
        var settings = new StringBuilder("<address-settings>");
        for (var address : PAGED) {
            settings.append("<address-setting match=\"")
                    .append(address)
                    .append("\"><max-size-bytes>0</max-size-bytes></address-setting>");
        }
        return Map.of("<address-settings>", settings.toString());
    }

    private static void fill(CmqClient cmq) throws Exception {
        of(cmq.createQueue(DEAD, Map.of()));
        of(cmq.createQueue(
                QUEUE,
                Map.of(
                        "visibilityTimeout",
                        "4",
                        "deadLetterPolicy",
                        "{\"deadLetterQueue\":\"%s\",\"policy\":0,\"maxReceiveCount\":%d}"
                                .formatted(DEAD, RECEIVES_MAX))));
        of(cmq.createQueue(CORE, Map.of()));
        of(cmq.createQueue(AMQP, Map.of()));
        for (int sent = 0; sent < MESSAGES; sent += 10) {
            of(cmq.batchSendMessage(
                    QUEUE,
                    IntStream.range(sent, sent + 10).mapToObj(n -> n + BODY).toList(),
                    Duration.ZERO));
        }
        for (var queue : List.of(CORE, AMQP)) {
            of(cmq.batchSendMessage(
                    queue,
                    IntStream.range(0, JMS_MESSAGES).mapToObj(n -> n + BODY).toList(),
                    Duration.ZERO));
        }
    }

    /** At any node that runs, deleting nothing. */
    private void receiveUntilInterrupted(Map<ClusterNode, CmqClient> clients) {
        while (true) {
            for (var client : clients.entrySet()) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                if (client.getKey().isAlive()) {
                    receive(client.getValue());
                }
            }
        }
    }

    private void receive(CmqClient cmq) {
        try {
            for (var message : of(cmq.batchReceiveMessage(QUEUE, BATCH, Duration.ofSeconds(1)))) {
                received.computeIfAbsent(message.msgId(), id -> new ConcurrentLinkedQueue<>())
                        .add(message);
            }
        } catch (ExecutionException answerLost) {
            unknown.incrementAndGet();
        } catch (InterruptedException atTheEnd) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void killInTheMiddleOfRound(ClusterProcesses cluster, int round) throws Exception {
        await().atMost(Duration.ofSeconds(60))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> receives() + unknown.get() * BATCH >= (round - 1) * MESSAGES + MESSAGES / 2);
        cluster.awaitLeader().kill();
        cluster.start();
    }

    private int receives() {
        return received.values().stream().mapToInt(Collection::size).sum();
    }

    /** Each delivery to JMS that was rolled back counts once, and the next one says so. */
    private static void rollBackAll(ClusterProcesses cluster, int delivery) throws JMSException {
        rollBackAll(new ActiveMQConnectionFactory(cluster.coreUri()), CORE, delivery);
        rollBackAll(new JmsConnectionFactory(cluster.amqpUri()), AMQP, delivery);
    }

    private static void rollBackAll(ConnectionFactory factory, String queue, int delivery) throws JMSException {
        try (var connection = factory.createConnection(
                        NodeProcess.CREDENTIAL.secretId(), NodeProcess.CREDENTIAL.secretKey());
                var session = connection.createSession(true, Session.SESSION_TRANSACTED);
                var consumer = session.createConsumer(session.createQueue(queue))) {
            connection.start();
            var counts = new ArrayList<String>();
            for (int n = 0; n < JMS_MESSAGES; n++) {
                var message = (TextMessage) consumer.receive(20_000);
                assertThat(message).as("message %d of %s", n, queue).isNotNull();
                counts.add(message.getText().charAt(0) + ":" + message.getIntProperty("JMSXDeliveryCount"));
            }
            session.rollback();
            assertThat(counts)
                    .as(queue)
                    .containsExactlyElementsOf(IntStream.range(0, JMS_MESSAGES)
                            .mapToObj(n -> n + ":" + delivery)
                            .toList());
        }
    }

    private static void awaitAllDead(CmqClient cmq) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(of(cmq.queueAttributes(DEAD)).activeMessages()).isEqualTo(MESSAGES);
            var left = of(cmq.queueAttributes(QUEUE));
            assertThat(left.activeMessages() + left.inactiveMessages() + left.delayedMessages())
                    .isZero();
        });
    }

    private static void assertDeadOnce(CmqClient cmq) throws Exception {
        var bodies = new HashSet<String>();
        for (var batch = of(cmq.batchReceiveMessage(DEAD, 16, Duration.ofSeconds(1)));
                !batch.isEmpty();
                batch = of(cmq.batchReceiveMessage(DEAD, 16, Duration.ofSeconds(1)))) {
            batch.forEach(message ->
                    assertThat(bodies.add(message.body())).as(message.body()).isTrue());
        }
        assertThat(bodies).hasSize(MESSAGES);
    }

    /** The count of a receive says which one it was: none came twice or beyond the last, and only lost answers lack. */
    private void assertExact() {
        var lacking = 0;
        for (var ofOne : received.values()) {
            assertThat(ofOne)
                    .extracting(ReceivedMessage::dequeueCount)
                    .as("%s", ofOne.iterator().next().msgId())
                    .doesNotHaveDuplicates()
                    .allMatch(count -> 1 <= count && count <= RECEIVES_MAX);
            assertThat(ofOne.stream().map(ReceivedMessage::firstDequeued).distinct())
                    .as("first receive of %s", ofOne.iterator().next().msgId())
                    .hasSize(1);
            lacking += RECEIVES_MAX - ofOne.size();
        }
        assertThat(received).hasSize(MESSAGES);
        assertThat(lacking).as("%d answers lost", unknown.get()).isLessThanOrEqualTo(unknown.get() * BATCH);
    }

    private static <T> T of(Future<T> call) throws Exception {
        return call.get(CALL_SECONDS_MAX + 10, TimeUnit.SECONDS);
    }
}
