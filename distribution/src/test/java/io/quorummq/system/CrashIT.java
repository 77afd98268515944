/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.ReceivedMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code kill -9} of a real node under load from two doors: what was acknowledged is there, what was deleted stays deleted,
 * leases hold; with the queue in memory, and with nearly all of it on pages.
 */
@Tag("fault")
class CrashIT {
    private static final String QUEUE = "orders";
    private static final int VISIBILITY_SECONDS = 15;
    private static final int BACKLOG = 3000;

    @TempDir
    Path directory;

    /** What the clients were told before the crash. */
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

    private final Map<String, ReceivedMessage> leased = new ConcurrentHashMap<>();
    private final Set<String> deleted = ConcurrentHashMap.newKeySet();
    private final Set<String> deleteAsked = ConcurrentHashMap.newKeySet();

    @ParameterizedTest(name = "paged={0}")
    @ValueSource(booleans = {false, true})
    void nothingAcknowledgedIsLostByAKillUnderLoad(boolean paged) throws Exception {
        try (var node = NodeProcess.in(directory)) {
            if (paged) {
                node.stop();
                node.configure("<max-size-bytes>[^<]*</max-size-bytes>", "<max-size-bytes>100K</max-size-bytes>");
                node.start();
            }
            loadAndKill(node, paged);
            node.start();
            try (var cmq = node.cmq()) {
                verify(cmq);
            }
        }
    }

    private void loadAndKill(NodeProcess node, boolean paged) throws Exception {
        var stop = new AtomicBoolean();
        var clients = Executors.newCachedThreadPool();
        try (var cmq = node.cmq()) {
            cmq.createQueue(QUEUE, Map.of("visibilityTimeout", String.valueOf(VISIBILITY_SECONDS)))
                    .get(20, TimeUnit.SECONDS);
            var backlog = new CountDownLatch(BACKLOG);
            for (int i = 0; i < 4; i++) {
                startHttpSender(clients, cmq, "http-" + i, stop, backlog);
            }
            startJmsSender(clients, node, stop, backlog);
            assertThat(backlog.await(120, TimeUnit.SECONDS)).isTrue();
            startReceiver(clients, cmq, stop);
            await().atMost(Duration.ofSeconds(60)).until(() -> deleted.size() > 200 && leased.size() > 200);
            if (paged) {
                var all = 0.0;
                for (var state : List.of("visible", "leased", "delayed")) {
                    all += messages(node, state);
                }
                assertThat(messages(node, "paged")).isGreaterThan(0.9 * all);
            }
            node.kill();
        } finally {
            stop.set(true);
            clients.shutdownNow();
            assertThat(clients.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static double messages(NodeProcess node, String state) throws Exception {
        return node.metric("quorummq_queue_messages{queue=\"" + QUEUE + "\",state=\"" + state + "\"}");
    }

    private void startHttpSender(
            ExecutorService clients, CmqClient cmq, String name, AtomicBoolean stop, CountDownLatch backlog) {
        clients.execute(() -> {
            for (int n = 0; !stop.get(); n++) {
                var body = name + "-" + n + "-" + "x".repeat(500);
                try {
                    cmq.sendMessage(QUEUE, body, Duration.ZERO).get(20, TimeUnit.SECONDS);
                } catch (Exception killed) {
                    return;
                }
                acknowledged.add(body);
                backlog.countDown();
            }
        });
    }

    private void startJmsSender(ExecutorService clients, NodeProcess node, AtomicBoolean stop, CountDownLatch backlog) {
        clients.execute(() -> {
            try (var connection = node.amqp();
                    var session = connection.createSession();
                    var producer = session.createProducer(session.createQueue(QUEUE))) {
                for (int n = 0; !stop.get(); n++) {
                    var body = "amqp-" + n;
                    producer.send(session.createTextMessage(body));
                    acknowledged.add(body);
                    backlog.countDown();
                }
            } catch (Exception killed) {
                stop.set(true);
            }
        });
    }

    /** Deletes every second message that it receives, and keeps the others. */
    private void startReceiver(ExecutorService clients, CmqClient cmq, AtomicBoolean stop) {
        clients.execute(() -> {
            while (!stop.get()) {
                try {
                    var received = cmq.batchReceiveMessage(QUEUE, 16, Duration.ofSeconds(1))
                            .get(20, TimeUnit.SECONDS);
                    for (int i = 0; i < received.size(); i++) {
                        var message = received.get(i);
                        if (i % 2 == 0) {
                            leased.put(message.body(), message);
                        } else {
                            deleteAsked.add(message.body());
                            cmq.deleteMessage(QUEUE, message.receiptHandle()).get(20, TimeUnit.SECONDS);
                            deleted.add(message.body());
                        }
                    }
                } catch (Exception killed) {
                    return;
                }
            }
        });
    }

    private void verify(CmqClient cmq) throws Exception {
        var ready = Instant.now();
        var held = new HashMap<>(leased);
        held.values().removeIf(message -> message.nextVisible().isBefore(ready.plusSeconds(3)));
        assertThat(held).as("leases that outlast the restart").isNotEmpty();

        var atOnce = drain(cmq, false);

        var early = new HashSet<>(atOnce.keySet());
        early.retainAll(held.keySet());
        for (var body : early) {
            assertThat(held.get(body))
                    .extracting(ReceivedMessage::nextVisible)
                    .as("end of the lease of %s", body)
                    .matches(end -> end.isBefore(Instant.now()));
        }
        var another = held.entrySet().stream()
                .filter(entry ->
                        entry.getValue().nextVisible().isAfter(Instant.now().plusSeconds(1)))
                .findFirst();
        if (another.isPresent()) {
            cmq.deleteMessage(QUEUE, another.get().getValue().receiptHandle()).get(20, TimeUnit.SECONDS);
            deleted.add(another.get().getKey());
        }

        var all = new HashMap<>(atOnce);
        all.putAll(drain(cmq, true));

        var lost = new HashSet<>(acknowledged);
        lost.removeAll(all.keySet());
        lost.removeAll(deleteAsked);
        another.ifPresent(entry -> lost.remove(entry.getKey()));
        assertThat(lost).as("acknowledged and lost").isEmpty();
        var undone = new HashSet<>(deleted);
        undone.retainAll(all.keySet());
        assertThat(undone).as("deletes undone").isEmpty();
        for (var entry : leased.entrySet()) {
            var again = all.get(entry.getKey());
            if (again != null) {
                assertThat(again.dequeueCount()).isEqualTo(entry.getValue().dequeueCount() + 1);
                assertThat(again.firstDequeued()).isEqualTo(entry.getValue().firstDequeued());
            }
        }
    }

    /** Receives and deletes what is visible, or everything, as it becomes visible; no message comes twice. */
    private static Map<String, ReceivedMessage> drain(CmqClient cmq, boolean everything) throws Exception {
        var drained = new HashMap<String, ReceivedMessage>();
        while (true) {
            var received = cmq.batchReceiveMessage(QUEUE, 16, everything ? Duration.ofSeconds(2) : Duration.ZERO)
                    .get(20, TimeUnit.SECONDS);
            if (received.isEmpty() && (!everything || isEmpty(cmq))) {
                return drained;
            }
            var handles = new ArrayList<String>();
            for (var message : received) {
                assertThat(drained.put(message.body(), message))
                        .as(message.body())
                        .isNull();
                handles.add(message.receiptHandle());
            }
            if (!handles.isEmpty()) {
                assertThat(cmq.batchDeleteMessage(QUEUE, handles).get(20, TimeUnit.SECONDS))
                        .isEmpty();
            }
        }
    }

    private static boolean isEmpty(CmqClient cmq) throws Exception {
        var counts = cmq.queueAttributes(QUEUE).get(20, TimeUnit.SECONDS);
        return counts.activeMessages() + counts.inactiveMessages() + counts.delayedMessages() == 0;
    }
}
