/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.consensus.ReplicationFigures.Lag;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a leader whose wall clock is wrong hand over to a member whose clock is right: Artemis' own expiry goes by the wall clock.
 *
 * <p>The successor's clock must be clearly right, so it finds no reason to hand back; where all are wrong nobody is better and the
 * leader stays. What is left, clocks that change their minds and hand-overs that fail, is bounded by one attempt a minute.
 */
final class WrongClock {
    private static final Logger LOG = LoggerFactory.getLogger(WrongClock.class);
    private static final long RIGHT_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(StartOfTime.DIFFERENCE_MILLIS_MAX / 2);
    private static final long ATTEMPT_NANOS_MIN = TimeUnit.MINUTES.toNanos(1);
    private static final Duration HAND_OVER_MAX = Duration.ofSeconds(10);
    private static final long LAG_ENTRIES_MAX = 200;
    private static final long SILENCE_MILLIS_MAX = 2_000;

    private final String shard;
    private final ClusterClock clock;
    private final Supplier<List<Lag>> lags;
    private final HandOver leadership;
    private final LongSupplier nanoTicker;
    private boolean attempted;
    private long attemptedAt;

    /** Gives the office away. */
    interface HandOver {
        void to(UUID successor, Duration limit);
    }

    /** @param lags of the other members, as this leader knows them */
    WrongClock(
            String shard, ClusterClock clock, Supplier<List<Lag>> lags, HandOver leadership, LongSupplier nanoTicker) {
        this.shard = shard;
        this.clock = clock;
        this.lags = lags;
        this.leadership = leadership;
        this.nanoTicker = nanoTicker;
    }

    /** To be called on the leader, with what the members have just answered. */
    synchronized void check(Collection<MemberClock> clocks) {
        var ahead = clock.wallAheadMillis();
        if (Math.abs(ahead) <= StartOfTime.DIFFERENCE_MILLIS_MAX || attemptedLately()) {
            return;
        }
        successor(clocks, clock.wallOffsetNanos() - TimeUnit.MILLISECONDS.toNanos(ahead), lags.get())
                .ifPresent(successor -> {
                    attempted = true;
                    attemptedAt = nanoTicker.getAsLong();
                    LOG.warn(
                            "Shard {}: the clock of this node is {} ms {} the cluster's time, that of {} is right:"
                                    + " handing the leadership over",
                            shard,
                            Math.abs(ahead),
                            ahead > 0 ? "ahead of" : "behind",
                            successor.label());
                    leadership.to(successor.member(), HAND_OVER_MAX);
                });
    }

    private boolean attemptedLately() {
        return attempted && nanoTicker.getAsLong() - attemptedAt < ATTEMPT_NANOS_MIN;
    }

    /**
     * The member that lags least of those that answer Raft, have nearly everything, and whose clock is right.
     *
     * @param clusterOffsetNanos the cluster's time, as nanoseconds ahead of this node's monotonic clock
     */
    static Optional<MemberClock> successor(
            Collection<MemberClock> clocks, long clusterOffsetNanos, Collection<Lag> lags) {
        return lags.stream()
                .filter(lag -> lag.entries() <= LAG_ENTRIES_MAX && lag.silenceMillis() <= SILENCE_MILLIS_MAX)
                .sorted(Comparator.comparingLong(Lag::entries))
                .flatMap(lag -> clocks.stream().filter(one -> one.member().equals(lag.member())))
                .filter(one -> Math.abs(one.wallOffsetNanos() - clusterOffsetNanos) <= RIGHT_NANOS_MAX)
                .findFirst();
    }
}
