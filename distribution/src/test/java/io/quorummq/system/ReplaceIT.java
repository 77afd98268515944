/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that lost its disk comes back only as a new member, and the load does not notice. */
@Tag("fault")
final class ReplaceIT {
    private static final int ACKNOWLEDGEMENTS = 1000;

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 6, unit = TimeUnit.MINUTES)
    void aWipedFollowerRefusesToStartAndIsReplacedUnderLoad() throws Exception {
        ClusterProcesses.in(directory).use(cluster -> {
            cluster.start();
            var wiped = cluster.followers().get(0);
            var load = new ClusterLoad(cluster);
            try (load) {
                load.send();
                load.take();
                load.awaitAcknowledgements(ACKNOWLEDGEMENTS);
                load.fault();
                wiped.kill();
                deleteRecursively(wiped.data());

                wiped.start();
                assertThat(wiped.awaitEnd()).as(wiped.said()).isNotZero();
                assertThat(wiped.said()).contains("quorummq cluster replace " + wiped.label());
                load.awaitAcknowledgements(ACKNOWLEDGEMENTS);

                replace(cluster.awaitLeader(), wiped);
                load.fault();
                load.awaitAcknowledgements(ACKNOWLEDGEMENTS);
                cluster.requireEqualReplicas();
            }
            load.drained().requireSound();
            cluster.requireEqualReplicas();
            becomesLeader(cluster, wiped);
        });
    }

    /** The command waits for the node, which is started as soon as it is let in. */
    private static void replace(ClusterNode by, ClusterNode wiped) throws Exception {
        var command = CompletableFuture.supplyAsync(() -> {
            try {
                return by.command("cluster", "replace", wiped.label());
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    if (!wiped.isAlive() && !command.isDone()) {
                        wiped.start();
                    }
                    return command.isDone();
                });
        var outcome = command.get();
        assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isZero();
        await().atMost(Duration.ofMinutes(1)).until(wiped::isReady);
    }

    /** It is a member like the others: the office can be handed to it. */
    private static void becomesLeader(ClusterProcesses cluster, ClusterNode node) throws Exception {
        var outcome = cluster.command("cluster", "transfer", node.label());
        assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isZero();
        await().atMost(Duration.ofSeconds(30)).until(node::isLeader);
    }

    private static void deleteRecursively(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
