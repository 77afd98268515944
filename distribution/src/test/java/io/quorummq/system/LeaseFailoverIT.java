/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.CmqReply;
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
    void choose() throws Exception {
        cluster.startAll();
        cmq.close();
        cmq = cluster.cmq(cluster.followers().get(0));
    }

    /** All of it over the same death, because most of the time of this test is waiting for what was promised. */
    @Test
    void whatWasPromisedForATimeIsNeitherShortenedNorDoubledByAFailover() throws Exception {
        var promises = List.of(new Attributes(), new LongPoll(), new Delay(), new Lease());

        var outage = killLeader();

        for (var promise : promises) {
            promise.assertHolds();
        }
        for (var promise : promises) {
            promise.assertKept(outage);
        }
    }

    /** Something that a client was promised before the leader died. */
    private interface Promise {
        /** Right after the failover. */
        void assertHolds() throws Exception;

        /** When its time has come. */
        default void assertKept(Duration outage) throws Exception {}
    }

    /** A lease ends at its time, and its handle deletes. */
    private static final class Lease implements Promise {
        private static final String QUEUE = "leased";

        private final ReceivedMessage first;
        private final ReceivedMessage second;
        private final long leased;

        Lease() throws Exception {
            of(cmq.createQueue(QUEUE, Map.of("visibilityTimeout", "20")));
            of(cmq.sendMessage(QUEUE, "one", Duration.ZERO));
            of(cmq.sendMessage(QUEUE, "other", Duration.ZERO));
            first = receive(QUEUE, Duration.ofSeconds(5)).orElseThrow();
            second = receive(QUEUE, Duration.ofSeconds(5)).orElseThrow();
            leased = System.nanoTime();
        }

        @Override
        public void assertHolds() throws Exception {
            assertThat(receive(QUEUE, Duration.ZERO)).as("hidden from others").isEmpty();
            assertThat(of(cmq.queueAttributes(QUEUE)).inactiveMessages()).isEqualTo(2);
            of(cmq.deleteMessage(QUEUE, first.receiptHandle()));
        }

        @Override
        public void assertKept(Duration outage) throws Exception {
            var again = receive(QUEUE, Duration.ofSeconds(30)).orElseThrow();
            var after = Duration.ofNanos(System.nanoTime() - leased);
            assertThat(again.msgId()).isEqualTo(second.msgId());
            assertThat(again.dequeueCount()).isEqualTo(2);
            assertThat(again.firstDequeued()).isEqualTo(second.firstDequeued());
            assertTime(after, Duration.ofSeconds(20), outage);
            of(cmq.deleteMessage(QUEUE, again.receiptHandle()));
            assertEmpty(QUEUE);
        }
    }

    /** A delayed message comes at its time. */
    private static final class Delay implements Promise {
        private static final String QUEUE = "delayed";

        private final long sent;

        Delay() throws Exception {
            of(cmq.createQueue(QUEUE, Map.of()));
            of(cmq.sendMessage(QUEUE, "later", Duration.ofSeconds(15)));
            sent = System.nanoTime();
        }

        @Override
        public void assertHolds() throws Exception {
            assertThat(receive(QUEUE, Duration.ZERO)).isEmpty();
            assertThat(of(cmq.queueAttributes(QUEUE)).delayedMessages()).isEqualTo(1);
        }

        @Override
        public void assertKept(Duration outage) throws Exception {
            var message = receive(QUEUE, Duration.ofSeconds(30)).orElseThrow();
            var after = Duration.ofNanos(System.nanoTime() - sent);
            assertThat(message.body()).isEqualTo("later");
            assertTime(after, Duration.ofSeconds(15), outage);
            of(cmq.deleteMessage(QUEUE, message.receiptHandle()));
            assertEmpty(QUEUE);
        }
    }

    /** The attributes of a queue stay as they were set. */
    private static final class Attributes implements Promise {
        private static final String QUEUE = "described";

        private final CmqReply before;

        Attributes() throws Exception {
            of(cmq.createQueue(
                    QUEUE, Map.of("visibilityTimeout", "77", "maxMsgSize", "2048", "pollingWaitSeconds", "3")));
            of(cmq.setQueueAttributes(QUEUE, Map.of("msgRetentionSeconds", "4000")));
            before = of(cmq.call("GetQueueAttributes", Map.of("queueName", QUEUE)));
        }

        @Override
        public void assertHolds() throws Exception {
            var after = of(cmq.call("GetQueueAttributes", Map.of("queueName", QUEUE)));
            for (var name : List.of(
                    "visibilityTimeout", "maxMsgSize", "pollingWaitSeconds", "msgRetentionSeconds", "createTime")) {
                assertThat(after.members().get(name))
                        .as(name)
                        .isEqualTo(before.members().get(name));
            }
        }
    }

    /** A receive that waits at a node whose leader dies waits on, and gets what is sent under the next one. */
    private static final class LongPoll implements Promise {
        private static final String QUEUE = "polled";

        private final Future<Optional<ReceivedMessage>> polling;

        LongPoll() throws Exception {
            of(cmq.createQueue(QUEUE, Map.of()));
            polling = cmq.receiveMessage(QUEUE, Duration.ofSeconds(30));
            assertThat(polling.isDone()).isFalse();
        }

        @Override
        public void assertHolds() throws Exception {
            String first;
            try (var other = cluster.cmq(cluster.awaitLeader())) {
                first = of(other.sendMessage(QUEUE, "at last", Duration.ZERO));
            }
            try {
                assertThat(of(polling).orElseThrow().msgId()).isEqualTo(first);
            } catch (ExecutionException cutOff) {
                // forwarded already, so its fate is unknown: refused at once, and nothing was leased to it
                assertThat(cutOff).hasMessageContaining("code 6000");
                assertThat(receive(QUEUE, Duration.ofSeconds(5)).orElseThrow().msgId())
                        .isEqualTo(first);
            }
        }
    }

    @Test
    void aSendOfAnyDoorWithAnIdOfItsOwnThatIsRepeatedAfterAFailoverIsStoredOnce() throws Exception {
        var byCmq = "sent-by-cmq";
        var byCore = "sent-by-core";
        of(cmq.createQueue(byCmq, Map.of()));
        of(cmq.createQueue(byCore, Map.of()));
        try (var factory = new ActiveMQConnectionFactory(cluster.coreUri());
                var connection = factory.createConnection(
                        NodeProcess.CREDENTIAL.secretId(), NodeProcess.CREDENTIAL.secretKey());
                var session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
                var producer = session.createProducer(session.createQueue(byCore))) {
            repeatedUntilAcknowledged(
                    n -> of(cmq.call(
                            "SendMessage",
                            Map.of("queueName", byCmq, "msgBody", "message " + n, "deduplicationId", "id-" + n))),
                    n -> {
                        var message = session.createTextMessage("message " + n);
                        message.setStringProperty("_AMQ_DUPL_ID", "id-" + n);
                        producer.send(message);
                    });
        }

        assertEachIsStoredOnce(byCmq);
        assertEachIsStoredOnce(byCore);
    }

    /** Each sends numbered messages one after the other, each until it is acknowledged; the leader dies in the middle. */
    private static void repeatedUntilAcknowledged(Sending... doors) throws Exception {
        var senders = Executors.newFixedThreadPool(doors.length);
        try {
            var sent = new ArrayList<AtomicInteger>();
            var done = new ArrayList<Future<?>>();
            for (var door : doors) {
                var count = new AtomicInteger();
                sent.add(count);
                done.add(senders.submit(() -> {
                    for (int n = 0; n < SENDS; n++) {
                        sendUntilAcknowledged(door, n);
                        count.incrementAndGet();
                    }
                    sendUntilAcknowledged(door, 0); // the new leader knows what the old one has stored
                    return null;
                }));
            }
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> sent.stream().allMatch(count -> count.get() > SENDS / 3));
            killLeader();
            for (var one : done) {
                one.get(2, TimeUnit.MINUTES);
            }
        } finally {
            senders.shutdownNow();
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

    private static void assertEachIsStoredOnce(String queue) throws Exception {
        var bodies = new ArrayList<String>();
        for (var batch = of(cmq.batchReceiveMessage(queue, 16, Duration.ofSeconds(2)));
                !batch.isEmpty();
                batch = of(cmq.batchReceiveMessage(queue, 16, Duration.ofSeconds(2)))) {
            batch.forEach(message -> bodies.add(message.body()));
            of(cmq.batchDeleteMessage(
                    queue, batch.stream().map(ReceivedMessage::receiptHandle).toList()));
        }
        assertThat(bodies)
                .as(queue)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, SENDS).mapToObj(n -> "message " + n).toList());
    }

    /** The time runs on while nobody leads; what falls due in an outage is there soon after it. */
    private static void assertTime(Duration after, Duration promised, Duration outage) {
        var due = promised.compareTo(outage) > 0 ? promised : outage;
        assertThat(after).isBetween(promised.minus(ROUNDING), due.plus(LATE_MAX));
    }

    private static void assertEmpty(String queue) throws Exception {
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

    private static Optional<ReceivedMessage> receive(String queue, Duration wait) throws Exception {
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
