/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.replication.consensus.ReplicationFigures;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells once when another node stops answering this leader, and once when it is there again: Ratis would tell it all the time. */
final class Absences {
    private static final Logger LOG = LoggerFactory.getLogger(Absences.class);
    private static final long SILENCE_MILLIS_MAX = 5_000;

    private final Supplier<Optional<ReplicationFigures>> figures;
    private final Set<String> absent = new HashSet<>();

    Absences(Supplier<Optional<ReplicationFigures>> figures) {
        this.figures = figures;
    }

    /** The nodes that this leader misses, as of the last look. */
    synchronized Set<String> absent() {
        return Set.copyOf(absent);
    }

    /** To be called now and then; on a follower there is nothing to see. */
    synchronized void look() {
        var lags = figures.get().map(ReplicationFigures::lags).stream()
                .flatMap(all -> all.stream())
                .toList();
        absent.removeIf(label -> lags.stream().noneMatch(lag -> lag.label().equals(label)));
        for (var lag : lags) {
            if (lag.silenceMillis() > SILENCE_MILLIS_MAX) {
                if (absent.add(lag.label())) {
                    LOG.warn("Node {} has not answered for {} s", lag.label(), SILENCE_MILLIS_MAX / 1000);
                }
            } else if (absent.remove(lag.label())) {
                LOG.info("Node {} answers again, {} entries behind", lag.label(), lag.entries());
            }
        }
    }
}
