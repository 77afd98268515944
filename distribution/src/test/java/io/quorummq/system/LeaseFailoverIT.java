/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.ReceivedMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client was promised for a time, or for once, holds over the death of the leader. All tests share one cluster. */
@Tag("fault")
final class LeaseFailoverIT {
    private static final int CALL_SECONDS_MAX = 30;
    /** Times are the cluster's, which goes on from the last time that the next leader applied: late by the outage at most. */
    private static final Duration LATE_MAX = Duration.ofSeconds(4);

    private static final Duration ROUNDING = Duration.ofSeconds(1);
    private static final int SENDS = 60;

    private static ClusterProcesses cluster;
    private static CmqClient cmq;
    private static int queues;

    private String queue;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        cluster = ClusterProcesses.in(directory);
        cluster.start();
        cmq = cluster.cmq(cluster.nodes().get(0));
    }

    @AfterAll
    static void stop() {
        cmq.close();
        cluster.close();
    }

    /** Calls go to a node that will not be killed, whoever leads. */
    @BeforeEach
    void nameQueue() throws Exception {
        cluster.startAll();
        cmq.close();
        cmq = cluster.cmq(cluster.followers().get(0));
        queue = "promises-" + queues++;
    }

    @Test
    void aLeaseEndsAtItsTimeAndItsHandleDeletesAfterAFailover() throws Exception {
        create(Map.of("visibilityTimeout", "20"));
        send("one");
        send("other");
        var first = receive(Duration.ofSeconds(5)).orElseThrow();
        var second = receive(Duration.ofSeconds(5)).orElseThrow();
        var leased = System.nanoTime();

        var outage = killLeader();

        assertThat(receive(Duration.ZERO)).as("hidden from others").isEmpty();
        assertThat(of(cmq.queueAttributes(queue)).inactiveMessages()).isEqualTo(2);
        of(cmq.deleteMessage(queue, first.receiptHandle()));
        var again = receive(Duration.ofSeconds(30)).orElseThrow();
        var after = Duration.ofNanos(System.nanoTime() - leased);
        assertThat(again.msgId()).isEqualTo(second.msgId());
        assertThat(again.dequeueCount()).isEqualTo(2);
        assertThat(again.firstDequeued()).isEqualTo(second.firstDequeued());
        assertHeld(after, Duration.ofSeconds(20), outage);
        of(cmq.deleteMessage(queue, again.receiptHandle()));
        assertEmpty();
    }

    @Test
    void aDelayIsNeitherShortenedNorDoubledByAFailover() throws Exception {
        create(Map.of());
        of(cmq.sendMessage(queue, "later", Duration.ofSeconds(15)));
        var sent = System.nanoTime();

        var outage = killLeader();

        assertThat(receive(Duration.ZERO)).isEmpty();
        assertThat(of(cmq.queueAttributes(queue)).delayedMessages()).isEqualTo(1);
        var message = receive(Duration.ofSeconds(30)).orElseThrow();
        var after = Duration.ofNanos(System.nanoTime() - sent);
        assertThat(message.body()).isEqualTo("later");
        assertHeld(after, Duration.ofSeconds(15), outage);
        of(cmq.deleteMessage(queue, message.receiptHandle()));
        assertEmpty();
    }

    @Test
    void theAttributesOfAQueueSurviveAFailover() throws Exception {
        create(Map.of("visibilityTimeout", "77", "maxMsgSize", "2048", "pollingWaitSeconds", "3"));
        of(cmq.setQueueAttributes(queue, Map.of("msgRetentionSeconds", "4000")));
        var before = of(cmq.call("GetQueueAttributes", Map.of("queueName", queue)));

        killLeader();

        var after = of(cmq.call("GetQueueAttributes", Map.of("queueName", queue)));
        for (var name :
                List.of("visibilityTimeout", "maxMsgSize", "pollingWaitSeconds", "msgRetentionSeconds", "createTime")) {
            assertThat(after.members().get(name))
                    .as(name)
                    .isEqualTo(before.members().get(name));
        }
    }

    /** A receive that waits at a node whose leader dies waits on, and gets what is sent under the next one. */
    @Test
    void aLongPollOutlivesTheLeader() throws Exception {
        create(Map.of());
        var polling = cmq.receiveMessage(queue, Duration.ofSeconds(30));
        assertThat(polling.isDone()).isFalse();

        killLeader();

        String first;
        try (var other = cluster.cmq(cluster.awaitLeader())) {
            first = other.sendMessage(queue, "at last", Duration.ZERO).get(CALL_SECONDS_MAX, TimeUnit.SECONDS);
        }
        try {
            var message = polling.get(CALL_SECONDS_MAX + 10, TimeUnit.SECONDS).orElseThrow();
            assertThat(message.msgId()).isEqualTo(first);
        } catch (ExecutionException cutOff) {
            // forwarded already, so its fate is unknown: refused at once, and nothing was leased to it
            assertThat(cutOff).hasMessageContaining("code 6000");
            assertThat(receive(Duration.ofSeconds(5)).orElseThrow().msgId()).isEqualTo(first);
        }
    }

    @Test
    void aSendWithADeduplicationIdThatIsRepeatedAfterAFailoverIsStoredOnce() throws Exception {
        create(Map.of());
        repeatedUntilAcknowledged(n -> of(cmq.call(
                "SendMessage", Map.of("queueName", queue, "msgBody", "message " + n, "deduplicationId", "id-" + n))));

        assertEachIsStoredOnce();
    }

    @Test
    void aCoreSendWithADuplicateIdThatIsRepeatedAfterAFailoverIsStoredOnce() throws Exception {
        create(Map.of());
        try (var factory = new ActiveMQConnectionFactory(cluster.coreUri());
                var connection = factory.createConnection(
                        NodeProcess.CREDENTIAL.secretId(), NodeProcess.CREDENTIAL.secretKey());
                var session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
                var producer = session.createProducer(session.createQueue(queue))) {
            repeatedUntilAcknowledged(n -> {
                var message = session.createTextMessage("message " + n);
                message.setStringProperty("_AMQ_DUPL_ID", "id-" + n);
                producer.send(message);
            });
        }

        assertEachIsStoredOnce();
    }

    /** Sends numbered messages one after the other, each until it is acknowledged; the leader dies in the middle. */
    private static void repeatedUntilAcknowledged(Sending sending) throws Exception {
        var sent = new AtomicInteger();
        var sender = Executors.newSingleThreadExecutor();
        try {
            Future<?> done = sender.submit(() -> {
                for (int n = 0; n < SENDS; n++) {
                    sendUntilAcknowledged(sending, n);
                    sent.incrementAndGet();
                }
                sendUntilAcknowledged(sending, 0); // the new leader knows what the old one has stored
                return null;
            });
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> sent.get() > SENDS / 3);
            killLeader();
            done.get(2, TimeUnit.MINUTES);
        } finally {
            sender.shutdownNow();
        }
    }

    private static void sendUntilAcknowledged(Sending sending, int n) {
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(50))
                .pollDelay(Duration.ZERO)
                .until(() -> {
                    try {
                        sending.send(n);
                        return true;
                    } catch (JMSException | ExecutionException unknownFate) {
                        return false;
                    }
                });
    }

    private void assertEachIsStoredOnce() throws Exception {
        var bodies = new ArrayList<String>();
        for (var message = receive(Duration.ofSeconds(2));
                message.isPresent();
                message = receive(Duration.ofSeconds(2))) {
            bodies.add(message.get().body());
            of(cmq.deleteMessage(queue, message.get().receiptHandle()));
        }
        assertThat(bodies)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, SENDS).mapToObj(n -> "message " + n).toList());
    }

    /** The time runs on while nobody leads; what falls due in an outage is there soon after it. */
    private static void assertHeld(Duration after, Duration promised, Duration outage) {
        var due = promised.compareTo(outage) > 0 ? promised : outage;
        assertThat(after).isBetween(promised.minus(ROUNDING), due.plus(LATE_MAX));
    }

    private void assertEmpty() throws Exception {
        var counts = of(cmq.queueAttributes(queue));
        assertThat(counts.activeMessages() + counts.inactiveMessages() + counts.delayedMessages())
                .isZero();
    }

    /** Gives how long nobody led. */
    private static Duration killLeader() {
        var leader = cluster.awaitLeader();
        var killed = System.nanoTime();
        leader.kill();
        cluster.awaitLeader();
        return Duration.ofNanos(System.nanoTime() - killed);
    }

    private void create(Map<String, String> attributes) throws Exception {
        of(cmq.createQueue(queue, attributes));
    }

    private void send(String body) throws Exception {
        of(cmq.sendMessage(queue, body, Duration.ZERO));
    }

    private Optional<ReceivedMessage> receive(Duration wait) throws Exception {
        return of(cmq.receiveMessage(queue, wait));
    }

    private static <T> T of(Future<T> call) throws Exception {
        return call.get(CALL_SECONDS_MAX + 10, TimeUnit.SECONDS);
    }

    /** Returns when the message of that number was acknowledged. */
    private interface Sending {
        void send(int n) throws Exception;
    }
}
