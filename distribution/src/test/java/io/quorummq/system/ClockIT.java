/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorummq.cluster.ClusterStatus;
import io.quorummq.cluster.ClusterStatus.ReplicaStatus;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One node's clock is an hour wrong: nothing comes early, nothing an hour late, whoever leads and whatever stops. */
@Tag("fault")
final class ClockIT {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final String CMQ_QUEUE = "by-cmq";
    private static final String JMS_QUEUE = "by-jms";
    private static final Duration LEASE = Duration.ofSeconds(20);
    private static final Duration LATE_MAX = Duration.ofSeconds(5);
    /** JMS senders name the time themselves, by a clock that is read a moment before. */
    private static final Duration EARLY_MAX = Duration.ofMillis(20);

    private final Map<String, FakeClock> clocks = new HashMap<>();
    private final Map<String, Promise> promises = new HashMap<>();
    private final ConcurrentMap<String, Long> arrivals = new ConcurrentHashMap<>();
    private volatile boolean done;

    @TempDir
    private Path directory;

    /** When it was asked for, by the test's monotonic clock, and how long it is to stay away. */
    private record Promise(long nanos, Duration away) {}

    @Test
    void whatWasPromisedForATimeComesAtItsTimeThoughTheClocksOfSingleNodesJump() throws Exception {
        assumeTrue(FakeClock.isAvailable(), "skipped");
        for (var label : new String[] {"n1", "n2", "n3"}) {
            clocks.put(label, new FakeClock(directory.resolve(label + ".clock")));
        }
        ClusterProcesses.in(directory, "-Xmx256m", label -> clock(label).environment())
                .use(this::jumps);
    }

    private void jumps(ClusterProcesses cluster) throws Exception {
        var first = cluster.startAll();
        create(cluster, first);
        lease(cluster, first, "leased");
        delay(cluster, first, "in one life", Duration.ofSeconds(18));
        observed(cluster, () -> {
            set(first, HOUR);
            var second = awaitOtherLeader(cluster, first);
            awaitAhead(cluster, Map.of(first, HOUR));
            assertStatusTells(cluster, first);
            set(first, Duration.ZERO);
            awaitAhead(cluster, Map.of());
            set(second, HOUR.negated());
            awaitOtherLeader(cluster, second);
            awaitAhead(cluster, Map.of(second, HOUR.negated()));
            set(second, Duration.ZERO);
            awaitAhead(cluster, Map.of());
        });

        var third = cluster.awaitLeader();
        lease(cluster, third, "leased before the stops");
        delay(cluster, third, "over two stops", Duration.ofSeconds(22));
        observed(cluster, () -> {
            restartWith(cluster, cluster.node("n1"), HOUR);
            set(cluster.node("n1"), Duration.ZERO);
            restartWith(cluster, cluster.node("n2"), HOUR.negated());
        });
    }

    /** Does this while both queues are received from, and waits until all that was promised has come. */
    private void observed(ClusterProcesses cluster, Step step) throws Exception {
        done = false;
        var observers = List.of(observer(() -> receiveByCmq(cluster)), observer(() -> receiveByJms(cluster)));
        try {
            step.run();
            awaitArrivals(System.nanoTime());
        } finally {
            done = true;
            for (var observer : observers) {
                observer.join();
            }
        }
    }

    /** The power fails everywhere, and when it is back the clock of one node is wrong. */
    private void restartWith(ClusterProcesses cluster, ClusterNode wrong, Duration ahead) throws Exception {
        cluster.killAll();
        set(wrong, ahead);
        cluster.start();
        awaitAhead(cluster, Map.of(wrong, ahead));
        awaitOtherLeader(cluster, wrong);
    }

    private FakeClock clock(String label) {
        return requireNonNull(clocks.get(label));
    }

    private void set(ClusterNode node, Duration ahead) throws IOException {
        clock(node.label()).set(ahead);
    }

    /** Waits until every node knows the cluster's time, by which these are wrong and all others right. */
    private static void awaitAhead(ClusterProcesses cluster, Map<ClusterNode, Duration> wrong) {
        await().atMost(PATIENCE).pollInterval(POLL).ignoreExceptions().untilAsserted(() -> {
            for (var node : cluster.nodes()) {
                var expected = wrong.getOrDefault(node, Duration.ZERO).toSeconds();
                assertThat(node.metric("quorummq_clock_ahead_seconds"))
                        .as(node.label())
                        .isBetween(expected - 2.0, expected + 2.0);
            }
        });
    }

    private static ClusterNode awaitOtherLeader(ClusterProcesses cluster, ClusterNode wrong) {
        return await().atMost(PATIENCE)
                .pollInterval(POLL)
                .until(
                        () -> cluster.nodes().stream()
                                .filter(node -> node != wrong && node.isLeader())
                                .findFirst(),
                        found -> found.isPresent())
                .orElseThrow();
    }

    private static void assertStatusTells(ClusterProcesses cluster, ClusterNode wrong) throws Exception {
        var status = ClusterStatus.parse(
                cluster.command("cluster", "status", "--json").out().getBytes(StandardCharsets.UTF_8));
        var replicas = status.shards().get(0).replicas();
        assertThat(replicas)
                .filteredOn(one -> one.id().equals(wrong.label()))
                .extracting(ReplicaStatus::clockAheadSeconds)
                .allSatisfy(seconds -> assertThat(seconds).isBetween(3598.0, 3602.0));
        assertThat(replicas)
                .filteredOn(one -> !one.id().equals(wrong.label()))
                .hasSize(2)
                .extracting(ReplicaStatus::clockAheadSeconds)
                .allSatisfy(seconds -> assertThat(seconds).isBetween(-2.0, 2.0));
        assertThat(status.warnings())
                .anyMatch(warning -> warning.startsWith("the clock of " + wrong.label() + " is 3"));
        assertThat(Files.readString(wrong.home().resolve("log").resolve("quorummq.log")))
                .contains("see to its time synchronisation", "handing the leadership over");
    }

    private void create(ClusterProcesses cluster, ClusterNode leader) throws Exception {
        try (var cmq = cluster.cmq(leader)) {
            for (var queue : new String[] {CMQ_QUEUE, JMS_QUEUE}) {
                of(cmq.createQueue(queue, Map.of("visibilityTimeout", Long.toString(LEASE.toSeconds()))));
            }
        }
    }

    /** One message in each queue, received and not deleted. */
    private void lease(ClusterProcesses cluster, ClusterNode leader, String body) throws Exception {
        try (var cmq = cluster.cmq(leader)) {
            for (var queue : new String[] {CMQ_QUEUE, JMS_QUEUE}) {
                var name = queue + ": " + body;
                of(cmq.sendMessage(queue, name, Duration.ZERO));
                promises.put(name, new Promise(System.nanoTime(), LEASE));
                assertThat(of(cmq.receiveMessage(queue, Duration.ofSeconds(5)))
                                .orElseThrow()
                                .body())
                        .isEqualTo(name);
            }
        }
    }

    /** Two messages in each queue, one by each kind of sender. */
    private void delay(ClusterProcesses cluster, ClusterNode leader, String body, Duration delay) throws Exception {
        try (var cmq = cluster.cmq(leader);
                var factory = new ActiveMQConnectionFactory(cluster.coreUri());
                var connection = factory.createConnection(
                        NodeProcess.CREDENTIAL.secretId(), NodeProcess.CREDENTIAL.secretKey());
                var session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
            for (var queue : new String[] {CMQ_QUEUE, JMS_QUEUE}) {
                var name = queue + ", sent by CMQ: " + body;
                promises.put(name, new Promise(System.nanoTime(), delay));
                of(cmq.sendMessage(queue, name, delay));
                name = queue + ", sent by JMS: " + body;
                var producer = session.createProducer(session.createQueue(queue));
                producer.setDeliveryDelay(delay.toMillis());
                promises.put(name, new Promise(System.nanoTime(), delay));
                producer.send(session.createTextMessage(name));
            }
        }
    }

    /** @param ready when the cluster was able to deliver, at the latest */
    private void awaitArrivals(long ready) {
        await().atMost(PATIENCE)
                .pollInterval(POLL)
                .until(() -> arrivals.keySet().containsAll(promises.keySet()));
        promises.forEach((name, promise) -> {
            var after = Duration.ofNanos(requireNonNull(arrivals.get(name)) - promise.nanos());
            var possible = Duration.ofNanos(ready - promise.nanos());
            var due = promise.away().compareTo(possible) > 0 ? promise.away() : possible;
            assertThat(after).as(name).isBetween(promise.away().minus(EARLY_MAX), due.plus(LATE_MAX));
        });
        promises.clear();
        arrivals.clear();
    }

    private Thread observer(Step step) {
        var thread = new Thread(
                () -> {
                    try {
                        step.run();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                "observer");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void receiveByCmq(ClusterProcesses cluster) throws Exception {
        for (var n = 0; !done; n++) {
            var node = cluster.nodes().get(n % cluster.nodes().size());
            if (!node.isAlive()) {
                continue;
            }
            try (var cmq = cluster.cmq(node)) {
                var received = of(cmq.receiveMessage(CMQ_QUEUE, Duration.ofSeconds(1)));
                if (received.isPresent()) {
                    arrivals.putIfAbsent(received.get().body(), System.nanoTime());
                    of(cmq.deleteMessage(CMQ_QUEUE, received.get().receiptHandle()));
                }
            } catch (ExecutionException | TimeoutException outage) {
                // tried again at the next node
            }
        }
    }

    private void receiveByJms(ClusterProcesses cluster) throws Exception {
        try (var client = new JmsQueueClient(new ActiveMQConnectionFactory(cluster.coreUri()), JMS_QUEUE)) {
            while (!done) {
                try {
                    for (var body : client.receive()) {
                        arrivals.putIfAbsent(body, System.nanoTime());
                    }
                    client.deleteReceived();
                } catch (JMSException outage) {
                    client.recover();
                }
            }
        }
    }

    private static <T> T of(Future<T> call) throws Exception {
        return call.get(20, TimeUnit.SECONDS);
    }

    /** A part of the test. */
    private interface Step {
        void run() throws Exception;
    }
}
