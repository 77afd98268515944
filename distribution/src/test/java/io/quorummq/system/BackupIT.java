/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.cmqclient.ReceivedMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A backup that was taken while messages flowed is a whole cluster again, on machines that never saw the first. */
@Tag("fault")
final class BackupIT {
    private static final int ACKNOWLEDGEMENTS = 1000;
    private static final int BATCH = 16;
    private static final int CALL_SECONDS_MAX = 30;

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 6, unit = TimeUnit.MINUTES)
    void everythingAcknowledgedBeforeABackupUnderLoadIsInTheRestoredCluster() throws Exception {
        var backup = directory.resolve("backup");
        var acknowledged = new HashSet<String>();
        var sent = new HashSet<String>();
        ClusterProcesses.in(Files.createDirectory(directory.resolve("first"))).use(cluster -> {
            cluster.startAll();
            var load = new ClusterLoad(cluster);
            try (load) {
                load.send();
                load.awaitAcknowledgements(ACKNOWLEDGEMENTS);
                acknowledged.addAll(load.history().acknowledged());
                var outcome = cluster.followers().get(0).command("backup", backup.toString());
                assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isZero();
                load.fault();
                load.awaitAcknowledgements(ACKNOWLEDGEMENTS);
            }
            sent.addAll(load.history().sent());
        });

        ClusterProcesses.in(Files.createDirectory(directory.resolve("second"))).use(cluster -> {
            for (var node : cluster.nodes()) {
                var outcome = node.command("restore", backup.toString());
                assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isZero();
            }
            cluster.startAll();
            cluster.requireEqualReplicas();
            var drained = drained(cluster);
            assertThat(drained).containsAll(acknowledged);
            assertThat(sent).containsAll(drained);
            cluster.requireEqualReplicas();
        });
    }

    private static Set<String> drained(ClusterProcesses cluster) throws Exception {
        var bodies = new HashSet<String>();
        try (var cmq = cluster.cmq(cluster.awaitLeader())) {
            while (true) {
                var received = cmq.batchReceiveMessage(ClusterLoad.QUEUE, BATCH, Duration.ofSeconds(2))
                        .get(CALL_SECONDS_MAX, TimeUnit.SECONDS);
                if (received.isEmpty()) {
                    return bodies;
                }
                received.forEach(message -> bodies.add(message.body()));
                var handles =
                        received.stream().map(ReceivedMessage::receiptHandle).toList();
                assertThat(cmq.batchDeleteMessage(ClusterLoad.QUEUE, handles).get(CALL_SECONDS_MAX, TimeUnit.SECONDS))
                        .isEmpty();
            }
        }
    }
}
