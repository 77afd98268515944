/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.ReceivedMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backlog larger than the heap costs disk, not memory, and gives the disk back. */
@Tag("fault")
class BacklogIT {
    private static final String QUEUE = "backlog";
    private static final int MESSAGES = 48_000;
    private static final int BATCH = 16;
    private static final int CLIENTS = 8;
    /** Ten journal files that are kept for reuse, and what the log may hold. */
    private static final long SLACK_BYTES = 150L << 20;
    /** The log and deleted files go with the next checkpoint. */
    private static final Duration DISK_BACK_MAX = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void aBacklogLargerThanTheHeapIsKeptAndDrainedOnceAndGivesItsDiskBack() throws Exception {
        try (var node = NodeProcess.configured(
                        directory, Map.of("QUORUMMQ_JAVA_OPTS", "-Xmx128m"), ClusterProcesses.SOON_A_CHECKPOINT);
                var cmq = node.cmq()) {
            var data = node.home().resolve("data");
            cmq.createQueue(QUEUE, Map.of("visibilityTimeout", "600")).get(20, TimeUnit.SECONDS);
            var baseline = bytes(data);

            send(cmq);
            assertThat(bytes(data)).isGreaterThan(baseline + MESSAGES * 3500L);
            var drained = drain(cmq);

            assertThat(drained).hasSize(MESSAGES);
            assertThat(node.isAlive()).isTrue();
            await().atMost(DISK_BACK_MAX)
                    .untilAsserted(() -> assertThat(bytes(data)).isLessThan(baseline + SLACK_BYTES));
        }
    }

    private static void send(CmqClient cmq) throws Exception {
        var filler = "x".repeat(4000);
        var next = new AtomicInteger();
        inParallel(() -> {
            for (int batch; (batch = next.getAndIncrement()) < MESSAGES / BATCH; ) {
                var bodies = new ArrayList<String>();
                for (int i = 0; i < BATCH; i++) {
                    bodies.add(batch * BATCH + i + "-" + filler);
                }
                cmq.batchSendMessage(QUEUE, bodies, Duration.ZERO).get(30, TimeUnit.SECONDS);
            }
        });
    }

    private static Set<Integer> drain(CmqClient cmq) throws Exception {
        var drained = ConcurrentHashMap.<Integer>newKeySet();
        inParallel(() -> {
            while (true) {
                var received = cmq.batchReceiveMessage(QUEUE, BATCH, Duration.ofSeconds(2))
                        .get(30, TimeUnit.SECONDS);
                if (received.isEmpty()) {
                    return;
                }
                for (var message : received) {
                    var body = message.body();
                    assertThat(drained.add(Integer.valueOf(body.substring(0, body.indexOf('-')))))
                            .as("once: %s", message.body())
                            .isTrue();
                }
                var handles =
                        received.stream().map(ReceivedMessage::receiptHandle).toList();
                assertThat(cmq.batchDeleteMessage(QUEUE, handles).get(30, TimeUnit.SECONDS))
                        .isEmpty();
            }
        });
        return drained;
    }

    private static void inParallel(Work work) throws Exception {
        var clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            var running = new ArrayList<Future<?>>();
            for (int i = 0; i < CLIENTS; i++) {
                running.add(clients.submit(() -> {
                    work.run();
                    return null;
                }));
            }
            for (var one : running) {
                one.get(120, TimeUnit.SECONDS);
            }
        } finally {
            clients.shutdownNow();
        }
    }

    private static long bytes(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            var sum = 0L;
            for (var file : (Iterable<Path>) files::iterator) {
                sum += file.toFile().length(); // 0 for one that was deleted while we look
            }
            return sum;
        } catch (java.io.UncheckedIOException changing) {
            return Long.MAX_VALUE; // a directory went while we looked; the next look is right
        }
    }

    private interface Work {
        void run() throws Exception;
    }
}
