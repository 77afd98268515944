/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.replication.consensus.KnownDamage;
import io.quorummq.replication.consensus.RaftNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes damaged files good again from another node, while that node or a third one leads. */
final class Repair {
    private static final Logger LOG = LoggerFactory.getLogger(Repair.class);
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final long PAUSE_NANOS = Duration.ofSeconds(30).toNanos();

    private final RaftNode node;
    private final KnownDamage damage;
    private final Executor threads;
    private final LongSupplier nanoTicker;
    private boolean busy;
    private Optional<Long> failedAt = Optional.empty();

    Repair(RaftNode node, KnownDamage damage, Executor threads, LongSupplier nanoTicker) {
        this.node = node;
        this.damage = damage;
        this.threads = threads;
        this.nanoTicker = nanoTicker;
    }

    /** What is damaged, in words; empty when nothing is known to be. */
    Optional<String> trouble() {
        var places = damage.places();
        return places.isEmpty()
                ? Optional.empty()
                : Optional.of("damaged, serves nobody: "
                        + places.stream().map(String::valueOf).collect(Collectors.joining(", ")));
    }

    /** To be called now and then. A leader gives the office away first, by itself. */
    synchronized void lookAfter() {
        if (busy
                || damage.places().isEmpty()
                || !node.isOpen()
                || node.isInstalling()
                || node.status().leads()) {
            return;
        }
        var paused = failedAt.filter(at -> nanoTicker.getAsLong() - at < PAUSE_NANOS);
        if (paused.isPresent() || node.membership().members().size() < 2) {
            return;
        }
        busy = true;
        LOG.warn(
                "This replica is {}: taking what differs from another node",
                trouble().orElse("sound"));
        threads.execute(this::perform);
    }

    private void perform() {
        try {
            var unused = node.repair(LIMIT).whenComplete((done, failure) -> {
                if (failure == null) {
                    LOG.info("This replica's files are good again");
                    ended(false);
                } else {
                    LOG.warn("This replica could not be repaired, tried again later: {}", failure.getMessage());
                    ended(true);
                }
            });
        } catch (IOException | RuntimeException e) {
            LOG.warn("This replica could not be repaired, tried again later", e);
            ended(true);
        }
    }

    private synchronized void ended(boolean failed) {
        busy = false;
        failedAt = failed ? Optional.of(nanoTicker.getAsLong()) : Optional.empty();
    }
}
