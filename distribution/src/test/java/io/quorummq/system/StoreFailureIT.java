/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorummq.replication.consensus.Halt;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fails under a running node: the process ends, says so, and loses nothing that it acknowledged. */
@Tag("fault")
final class StoreFailureIT {
    private static final String QUEUE = "orders";

    @Test
    void aNodeWhoseDiskFailsEndsWithAnExitCodeAndLosesNothingItAcknowledged(@TempDir Path directory) throws Exception {
        assumeTrue(LoopDisk.canBeMounted(), "skipped");
        try (var disk = LoopDisk.of(directory, 400);
                var node = NodeProcess.in(directory, disk.path().resolve("home"))) {
            var acknowledged = new ArrayList<String>();
            try (var cmq = node.cmq()) {
                cmq.createQueue(QUEUE, Map.of()).get(20, TimeUnit.SECONDS);
                send(node, acknowledged, 50);

                disk.fail();
                sendUntilRefused(node, acknowledged);
            }

            assertThat(node.awaitEnd()).isIn(Halt.LOG_FAILED, Halt.APPLY_FAILED);
            assertThat(node.said()).contains("Halting with exit code 7");

            disk.repair();
            node.start();
            assertThat(received(node)).containsAll(acknowledged);
        }
    }

    private static void send(NodeProcess node, List<String> acknowledged, int count) throws Exception {
        try (var cmq = node.cmq()) {
            for (int i = 0; i < count; i++) {
                var body = "message " + acknowledged.size();
                cmq.sendMessage(QUEUE, body, Duration.ZERO).get(20, TimeUnit.SECONDS);
                acknowledged.add(body);
            }
        }
    }

    private static void sendUntilRefused(NodeProcess node, List<String> acknowledged) throws Exception {
        try {
            send(node, acknowledged, 10_000);
            throw new AssertionError("a disk that cannot be written to took 10,000 messages");
        } catch (ExecutionException refusedOrDisconnected) {
            assertThat(refusedOrDisconnected).cause().isNotNull();
        }
    }

    private static List<String> received(NodeProcess node) throws Exception {
        var bodies = new ArrayList<String>();
        try (var cmq = node.cmq()) {
            while (true) {
                var batch = cmq.batchReceiveMessage(QUEUE, 16, Duration.ofSeconds(1))
                        .get(20, TimeUnit.SECONDS);
                if (batch.isEmpty()) {
                    return bodies;
                }
                batch.forEach(message -> bodies.add(message.body()));
            }
        }
    }
}
