/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.replication.installation.LogHolds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogPurgeTest {
    private static final UUID TAKER = new UUID(1, 1);

    @TempDir
    Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong checkpoint = new AtomicLong(-1);
    private final List<Long> purged = new ArrayList<>();
    private final LogHolds holds = new LogHolds(nanos::get, () -> Long.MAX_VALUE, 0);
    private RedoneLog entries;
    private LogPurge purge;

    @BeforeEach
    void makePurge() {
        entries = new RedoneLog(
                () -> {
                    throw new IllegalStateException("nobody reads here");
                },
                directory);
        purge = new LogPurge("0", purged::add, checkpoint::get, holds, entries);
    }

    @Test
    void theLogGoesOnceUpToEachCheckpoint() {
        purge.purge();
        checkpoint.set(100);
        purge.purge();
        purge.purge();
        checkpoint.set(150);
        purge.purge();

        assertThat(purged).containsExactly(100L, 150L);
    }

    @Test
    void whatAReplicaThatCatchesUpNeedsStaysUntilItsLeaseEnds() {
        holds.hold(TAKER, 40, Duration.ofSeconds(30));
        checkpoint.set(100);
        purge.purge();
        purge.purge();
        assertThat(purged).containsExactly(40L);

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(31));
        purge.purge();

        assertThat(purged).containsExactly(40L, 100L);
    }

    @Test
    void nothingGoesDuringABackupWhateverTheReplicasHold() throws Exception {
        holds.hold(TAKER, 40, Duration.ofSeconds(30));
        checkpoint.set(100);
        try (var held = entries.hold()) {
            assertThat(held).isNotNull();
            purge.purge();
            assertThat(purged).isEmpty();
        }

        purge.purge();

        assertThat(purged).containsExactly(40L);
    }

    @Test
    void nothingGoesWhileThisReplicaIsBeingInstalled() {
        checkpoint.set(100);
        purge.keep(true);
        purge.purge();
        assertThat(purged).isEmpty();

        purge.keep(false);
        purge.purge();

        assertThat(purged).containsExactly(100L);
    }
}
