/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.jms.QuorumMqConnectionFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;

/** Load on one queue of a cluster from all doors, and at the end the judgement of what its clients were told. */
final class ClusterLoad implements AutoCloseable {
    /** The published CMQ SDK over HTTP, Artemis' JMS client over core, plain Qpid JMS and the JMS adapter over AMQP. */
    static final List<String> DOORS = List.of("http", "core", "qpid", "adapter");

    static final String QUEUE = "orders";
    private static final int VISIBILITY_SECONDS = 5;
    private static final int BODY_LENGTH = 500;
    private static final Duration SLACK = Duration.ofSeconds(2);
    private static final int BATCH = 16;
    private static final Duration DRAIN_MAX = Duration.ofMinutes(3);
    private static final int CALL_SECONDS_MAX = 30;

    private final ClusterProcesses cluster;
    private final History history = new History(System::nanoTime);
    private final Silences silences = new Silences(System::nanoTime);
    private final QueueLoad load = new QueueLoad(history, silences, BODY_LENGTH);
    private final ActiveMQConnectionFactory core;

    /** Makes the queue; there is no load yet. */
    ClusterLoad(ClusterProcesses cluster) throws Exception {
        this.cluster = cluster;
        this.core = new ActiveMQConnectionFactory(cluster.coreUri());
        try (var cmq = cluster.cmq(cluster.awaitLeader())) {
            cmq.createQueue(QUEUE, Map.of("visibilityTimeout", Integer.toString(VISIBILITY_SECONDS)))
                    .get(CALL_SECONDS_MAX, TimeUnit.SECONDS);
        }
    }

    /** Senders at all doors. */
    void send() {
        load.sender("http", new SdkQueueClient(cluster.endpoints(), QUEUE, 0));
        load.sender("http", new SdkQueueClient(cluster.endpoints(), QUEUE, 1));
        load.sender("core", new JmsQueueClient(core, QUEUE));
        load.sender("qpid", new JmsQueueClient(new JmsConnectionFactory(cluster.amqpUri()), QUEUE));
        load.sender("adapter", new JmsQueueClient(new QuorumMqConnectionFactory(cluster.adapterUri()), QUEUE));
    }

    /** Consumers at all doors. */
    void take() {
        load.taker("http", new SdkQueueClient(cluster.endpoints(), QUEUE, 2));
        load.taker("core", new JmsQueueClient(core, QUEUE));
        load.taker("qpid", new JmsQueueClient(new JmsConnectionFactory(cluster.amqpUri()), QUEUE));
        load.taker("adapter", new JmsQueueClient(new QuorumMqConnectionFactory(cluster.adapterUri()), QUEUE));
    }

    History history() {
        return history;
    }

    Silences silences() {
        return silences;
    }

    /** To be called right before something is broken. */
    void fault() {
        history.broken();
        silences.fault();
    }

    QueueLoad clients() {
        return load;
    }

    /** Waits until so much was acknowledged since the last fault, something of it at each door. */
    void awaitAcknowledgements(int count) {
        try {
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> silences.sinceFault() >= count
                            && DOORS.stream().allMatch(door -> silences.sinceFault(door) > 0));
            history.healed();
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            var counts = DOORS.stream()
                    .map(door -> door + " " + silences.sinceFault(door))
                    .toList();
            var failures = load.failures();
            throw new AssertionError(
                    "acknowledged since the last fault: " + counts + "; last failures: "
                            + failures.subList(Math.max(0, failures.size() - 12), failures.size()),
                    e);
        }
    }

    /** Ends the load. */
    @Override
    public void close() {
        load.close();
        core.close();
    }

    /** After the end of the load: takes all that is left, until the queue counts nothing any more, and judges. */
    History.Verdict drained() throws Exception {
        try (var cmq = cluster.cmq(cluster.awaitLeader())) {
            var end = System.nanoTime() + DRAIN_MAX.toNanos();
            while (!isEmpty(cmq)) {
                takeSome(cmq);
                assertThat(System.nanoTime()).as("time for the drain").isLessThan(end);
            }
        }
        return history.verdict();
    }

    private void takeSome(CmqClient cmq) throws Exception {
        var asked = history.now();
        var received =
                cmq.batchReceiveMessage(QUEUE, BATCH, Duration.ofSeconds(2)).get(CALL_SECONDS_MAX, TimeUnit.SECONDS);
        if (received.isEmpty()) {
            return;
        }
        var bodies = received.stream().map(message -> message.body()).toList();
        bodies.forEach(body -> history.received("drain", body, asked));
        history.deleting("drain", bodies);
        var handles = received.stream().map(message -> message.receiptHandle()).toList();
        assertThat(cmq.batchDeleteMessage(QUEUE, handles).get(CALL_SECONDS_MAX, TimeUnit.SECONDS))
                .isEmpty();
        history.deleted("drain", bodies);
    }

    /** Nothing is left when nothing is counted and nothing came for longer than a lease lasts. */
    private boolean isEmpty(CmqClient cmq) throws Exception {
        var counts = cmq.queueAttributes(QUEUE).get(CALL_SECONDS_MAX, TimeUnit.SECONDS);
        if (counts.activeMessages() + counts.inactiveMessages() + counts.delayedMessages() > 0) {
            return false;
        }
        var quietUntil = System.nanoTime()
                + Duration.ofSeconds(VISIBILITY_SECONDS).plus(SLACK).toNanos();
        while (System.nanoTime() < quietUntil) {
            var before = history.deletes();
            takeSome(cmq);
            if (history.deletes() != before) {
                return false;
            }
        }
        return true;
    }
}
