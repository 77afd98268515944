/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader dies, again and again, and in the end all nodes at once, under load from all doors: the clients see a pause, and
 * nothing else.
 */
@Tag("fault")
final class FailoverIT {
    private static final Logger LOG = LoggerFactory.getLogger(FailoverIT.class);
    private static final int KILLS = 10;
    private static final int ACKNOWLEDGEMENTS_BETWEEN = 500;

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void nothingAcknowledgedIsLostByTenDeathsOfTheLeaderInARowAndOneOfAllNodes() throws Exception {
        ClusterProcesses.in(directory).use(cluster -> {
            cluster.start();
            var load = new ClusterLoad(cluster);
            try (load) {
                load.send();
                load.take();
                for (int kill = 0; kill < KILLS; kill++) {
                    load.awaitAcknowledgements(ACKNOWLEDGEMENTS_BETWEEN);
                    var leader = cluster.awaitLeader();
                    load.fault();
                    end(leader, kill);
                    var next = cluster.awaitLeader();
                    assertThat(next).isNotSameAs(leader);
                    leader.start();
                }
                load.awaitAcknowledgements(ACKNOWLEDGEMENTS_BETWEEN);
                load.silences().settle();
                LOG.info("{} deaths of the leader:\n{}", KILLS, load.silences().table());
                assertThat(load.clients().reconnects())
                        .as("JMS connections that did not outlive the leader")
                        .isZero();
                load.fault();
                cluster.killAll();
                cluster.start();
                load.awaitAcknowledgements(ACKNOWLEDGEMENTS_BETWEEN);
            }
            var verdict = load.drained();
            LOG.info("{} deaths of the leader and one of all: {}", KILLS, verdict.summary());
            verdict.requireSound();
            cluster.requireEqualReplicas();
        });
    }

    /** Every third death is announced by SIGTERM, the others are not. */
    private static void end(ClusterNode leader, int kill) throws Exception {
        if (kill % 3 == 2) {
            leader.terminate();
            assertThat(leader.awaitEnd())
                    .as("exit code of %s: %s", leader, leader.said())
                    .isZero();
        } else {
            leader.kill();
        }
    }
}
