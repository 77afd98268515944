/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All nodes die at once under load: what was acknowledged is on their disks. */
@Tag("fault")
final class WholeClusterKillIT {
    private static final Logger LOG = LoggerFactory.getLogger(WholeClusterKillIT.class);
    private static final int ACKNOWLEDGEMENTS = 1000;

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 6, unit = TimeUnit.MINUTES)
    void nothingAcknowledgedIsLostWhenAllNodesAreKilledAtOnce() throws Exception {
        ClusterProcesses.in(directory).use(cluster -> {
            cluster.start();
            var load = new ClusterLoad(cluster);
            try (load) {
                load.send();
                load.awaitAcknowledgements(ACKNOWLEDGEMENTS);
                load.take();
                load.awaitAcknowledgements(2 * ACKNOWLEDGEMENTS);
                load.fault();
                cluster.killAll();
                cluster.start();
                load.awaitAcknowledgements(ACKNOWLEDGEMENTS);
                load.silences().settle();
            }
            var verdict = load.drained();
            LOG.info(
                    "All nodes killed: {}\n{}",
                    verdict.summary(),
                    load.silences().table());
            verdict.requireSound();
            cluster.requireEqualReplicas();
        });
    }
}
