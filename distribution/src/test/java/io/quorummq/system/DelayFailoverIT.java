/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.system.DelayLedger.Numbers;
import io.quorummq.system.DelayedLoad.SendingDoor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delayed messages from all doors come to all doors, each at its time and not before, over the deaths of leaders and of the
 * whole cluster, while they are sent and while they fall due. docs/bench.md has the command for two million.
 */
@Tag("fault")
final class DelayFailoverIT {
    private static final Logger LOG = LoggerFactory.getLogger(DelayFailoverIT.class);

    private static final int MESSAGES = Integer.getInteger("quorummq.test.delayed", 3000);
    private static final Duration FROM = Duration.ofSeconds(Integer.getInteger("quorummq.test.delay-from", 10));
    private static final Duration SPAN = Duration.ofSeconds(Integer.getInteger("quorummq.test.delay-span", 30));
    private static final String HEAP = System.getProperty("quorummq.test.delay-heap", "256m");
    /** Room for a few of the messages, so that the others wait in buckets, however soon they are due. */
    private static final long MEMORY_BYTES = Math.min(64L << 20, MESSAGES * 85L);

    private static final Map<String, String> MEMORY_BOUND = Map.of(
            "(<broker-plugin class-name=\"io.quorummq.core.artemis.QueuePlugin\")/>",
            "$1><property key=\"delayed-bytes-max\" value=\"" + MEMORY_BYTES + "\"/></broker-plugin>");

    private static final int CLIENTS_PER_DOOR = 4;
    private static final List<String> QUEUES = List.of("coupons", "reservations");
    private static final String FAR = "next-year";
    private static final int FAR_MESSAGES = 16;
    private static final int VISIBILITY_SECONDS = 10;
    private static final int BATCH = 16;
    /**
     * CMQ's server counts a delay by the cluster's clock. With a new leader that is behind by as much as the last entries came
     * late to it, 0.1 s on a machine that is overloaded, and is then drawn forward; what was sent before comes earlier by that.
     */
    private static final SendingDoor HTTP = new SendingDoor("http", Duration.ofSeconds(1), Duration.ofMillis(500));
    /** JMS senders name the time themselves, by a clock that is read a moment before. */
    private static final SendingDoor CORE = new SendingDoor("core", Duration.ofMillis(1), Duration.ofMillis(20));

    private static final SendingDoor QPID = new SendingDoor("qpid", Duration.ofMillis(1), Duration.ofMillis(20));

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final int CALL_SECONDS_MAX = 40;

    @TempDir
    Path directory;

    private final DelayLedger ledger = new DelayLedger(MESSAGES, System::nanoTime);

    /** Whatever the number, this ends by itself: no wait outlasts {@link #PATIENCE} without progress. */
    @Test
    @Timeout(value = 6, unit = TimeUnit.HOURS)
    void everyAcknowledgedMessageComesAfterItsDelayOverThreeDeathsOfLeadersAndOneOfAll() throws Exception {
        ClusterProcesses.in(directory, "-Xmx" + HEAP).use(cluster -> {
            cluster.configure(MEMORY_BOUND);
            cluster.startAll();
            createQueues(cluster);
            try (var core = new ActiveMQConnectionFactory(cluster.coreUri());
                    var load = new DelayedLoad(ledger, FROM, SPAN)) {
                var began = System.nanoTime();
                send(cluster, load, core);
                take(cluster, load, core);

                awaitCount(load, ledger::acknowledgements, MESSAGES / 4);
                killLeader(cluster);
                awaitCount(load, ledger::acknowledgements, MESSAGES / 2);
                restartAll(cluster);
                awaitCount(load, ledger::acknowledgements, MESSAGES);
                ledger.healed();
                LOG.info(
                        "Sent within {} s",
                        Duration.ofNanos(System.nanoTime() - began).toSeconds());

                for (long fifths : new long[] {1, 3}) {
                    awaitCount(load, ledger::receptions, fifths * MESSAGES / 5);
                    cluster.startAll();
                    killLeader(cluster);
                    ledger.healed();
                }
                awaitCount(load, ledger::receptions, MESSAGES);
                cluster.startAll();
                awaitNothingLeft(cluster);
                assertThat(List.of(load.taken("http"), load.taken("core"), load.taken("qpid")))
                        .as("taken at each door")
                        .doesNotContain(0L);
            }
            LOG.info("Three leaders and one cluster killed: {}", ledger.summary());
            ledger.requireSound();
            requireFarOnes(cluster);
            // the node that died last may still be fetching what it missed
            await().atMost(PATIENCE).untilAsserted(cluster::requireEqualReplicas);
        });
    }

    private static void createQueues(ClusterProcesses cluster) throws Exception {
        try (var cmq = cluster.cmq(cluster.awaitLeader())) {
            for (var queue : QUEUES) {
                of(cmq.createQueue(queue, Map.of("visibilityTimeout", Integer.toString(VISIBILITY_SECONDS))));
            }
            of(cmq.createQueue(FAR, Map.of("msgRetentionSeconds", "1296000")));
            of(cmq.batchSendMessage(FAR, Collections.nCopies(FAR_MESSAGES, "later"), Duration.ofDays(10)));
        }
    }

    /** Each door sends a third: the SDK in batches, Artemis' client in transactions, Qpid's one by one. */
    private static void send(ClusterProcesses cluster, DelayedLoad load, ActiveMQConnectionFactory core) {
        var clients = 3 * CLIENTS_PER_DOOR;
        for (int n = 0; n < clients; n++) {
            var queue = QUEUES.get(n / 3 % QUEUES.size());
            var numbers =
                    new Numbers((int) ((long) MESSAGES * n / clients), (int) ((long) MESSAGES * (n + 1) / clients));
            switch (n % 3) {
                case 0 -> load.sender(HTTP, new SdkQueueClient(cluster.endpoints(), queue, n / 3), numbers, BATCH);
                case 1 -> load.sender(CORE, new JmsQueueClient(core, queue), numbers, BATCH);
                default -> load.sender(QPID, qpid(cluster, queue), numbers, 1);
            }
        }
    }

    private static void take(ClusterProcesses cluster, DelayedLoad load, ActiveMQConnectionFactory core) {
        for (int n = 0; n < CLIENTS_PER_DOOR; n++) {
            var queue = QUEUES.get(n % QUEUES.size());
            load.taker("http", new SdkQueueClient(cluster.endpoints(), queue, n));
            load.taker("core", new JmsQueueClient(core, queue));
            load.taker("qpid", qpid(cluster, queue));
        }
    }

    private static QueueClient qpid(ClusterProcesses cluster, String queue) {
        return new JmsQueueClient(new JmsConnectionFactory(cluster.amqpUri()), queue);
    }

    private void killLeader(ClusterProcesses cluster) throws IOException {
        var leader = cluster.awaitLeader();
        LOG.info("Killing {}: {}", leader, ledger.summary());
        ledger.broken();
        leader.kill();
        cluster.awaitLeader();
        leader.start();
    }

    private void restartAll(ClusterProcesses cluster) throws IOException {
        LOG.info("Killing all: {}", ledger.summary());
        ledger.broken();
        cluster.killAll();
        cluster.start();
    }

    /** Waits as long as it grows. */
    private static void awaitCount(DelayedLoad load, LongSupplier count, long least) {
        while (count.getAsLong() < least) {
            var before = count.getAsLong();
            try {
                await().atMost(FROM.plus(PATIENCE))
                        .pollDelay(Duration.ZERO)
                        .pollInterval(POLL)
                        .until(() -> count.getAsLong() > before);
            } catch (ConditionTimeoutException e) {
                throw new AssertionError("still " + before + " of " + least + "; " + load.lastFailures(), e);
            }
        }
    }

    private void awaitNothingLeft(ClusterProcesses cluster) throws Exception {
        try (var cmq = cluster.cmq(cluster.awaitLeader())) {
            for (var queue : QUEUES) {
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(counts(cmq, queue))
                                .as("visible, leased and delayed in %s; %d missing", queue, ledger.missing())
                                .containsExactly(0L, 0L, 0L));
            }
        }
    }

    /** What is due long after the test lay where it was all the time, is counted, and goes when it is told to. */
    private static void requireFarOnes(ClusterProcesses cluster) throws Exception {
        try (var cmq = cluster.cmq(cluster.awaitLeader())) {
            assertThat(counts(cmq, FAR)).containsExactly(0L, 0L, (long) FAR_MESSAGES);
            of(cmq.clearQueue(FAR));
            assertThat(counts(cmq, FAR)).containsExactly(0L, 0L, 0L);
        }
    }

    private static List<Long> counts(CmqClient cmq, String queue) throws Exception {
        var counts = of(cmq.queueAttributes(queue));
        return List.of(counts.activeMessages(), counts.inactiveMessages(), counts.delayedMessages());
    }

    private static <T> T of(Future<T> call) throws Exception {
        return call.get(CALL_SECONDS_MAX, TimeUnit.SECONDS);
    }
}
