/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a backlog took of the disks and the heaps of all nodes, they get back when it is drained. */
@Tag("fault")
final class BacklogDiskIT {
    private static final Logger LOG = LoggerFactory.getLogger(BacklogDiskIT.class);
    /** The full measure is {@code -Dquorummq.test.backlog=200000}; the usual one is over in a minute. */
    private static final int MESSAGES = Integer.getInteger("quorummq.test.backlog", 50_000);

    private static final int BYTES = 1024;
    private static final long DISK_SLACK = 150L << 20;
    /** Caches may stay filled: 30 to 90 MB were seen, more of it after 50,000 messages than after 200,000. */
    private static final long HEAP_SLACK = 150L << 20;

    private static final Pattern USED_HEAP = Pattern.compile("total \\d+K, used (\\d+)K");

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void disksAndHeapsAreBackNearTheirBaselineAfterABacklogWasDrained() throws Exception {
        ClusterProcesses.in(directory).use(cluster -> {
            cluster.configure(ClusterProcesses.SOON_A_CHECKPOINT);
            cluster.startAll();
            load(cluster, MESSAGES / 20);
            var disks = disks(cluster);
            var heaps = heaps(cluster);

            load(cluster, MESSAGES);

            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> assertBackNear("disk", disks, disks(cluster), DISK_SLACK));
            var heapsAfter = heaps(cluster);
            LOG.info(
                    "{} messages of {} bytes in and out; before: disk {}, heap {}; after: disk {}, heap {}",
                    MESSAGES,
                    BYTES,
                    disks,
                    heaps,
                    disks(cluster),
                    heapsAfter);
            assertBackNear("heap", heaps, heapsAfter, HEAP_SLACK);
            cluster.requireEqualReplicas();
        });
    }

    /** Fills a queue with so many messages, then drains it; the command fails if one is lost or comes twice. */
    private static void load(ClusterProcesses cluster, int messages) throws Exception {
        var leader = cluster.awaitLeader();
        var outcome = leader.command(
                "bench",
                "--uri=tcp://127.0.0.1:" + leader.corePort(),
                "--protocol=core",
                "--home=" + leader.home(),
                "--messages=" + messages,
                "--message-size=" + BYTES,
                "--producers=4",
                "--consumers=4",
                "--outstanding=256",
                "--ack-every=50",
                "--drain",
                "--quiet=30");
        assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isZero();
    }

    private static void assertBackNear(String what, Map<String, Long> before, Map<String, Long> after, long slack) {
        after.forEach((node, bytes) -> {
            var was = before.getOrDefault(node, 0L);
            assertThat(bytes).as("%s of %s, before %d", what, node, was).isLessThan(was + slack);
        });
    }

    private static Map<String, Long> disks(ClusterProcesses cluster) throws IOException {
        var bytes = new HashMap<String, Long>();
        for (var node : cluster.nodes()) {
            bytes.put(node.label(), bytes(node.data()));
        }
        return bytes;
    }

    private static long bytes(Path data) throws IOException {
        try (var files = Files.walk(data)) {
            var sum = 0L;
            for (var file : (Iterable<Path>) files::iterator) {
                sum += file.toFile().length(); // 0 for one that was deleted while we look
            }
            return sum;
        } catch (UncheckedIOException changing) {
            return Long.MAX_VALUE; // a directory went while we looked; the next look is right
        }
    }

    /** What is in use after a full collection. */
    private static Map<String, Long> heaps(ClusterProcesses cluster) throws Exception {
        var bytes = new HashMap<String, Long>();
        for (var node : cluster.nodes()) {
            ask(node, "GC.run");
            var said = ask(node, "GC.heap_info");
            var used = USED_HEAP.matcher(said);
            assertThat(used.find()).as(said).isTrue();
            bytes.put(node.label(), Long.parseLong(used.group(1)) << 10);
        }
        return bytes;
    }

    private static String ask(ClusterNode node, String command) throws Exception {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var process = new ProcessBuilder(List.of(jcmd, Long.toString(node.pid()), command))
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
