/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a broker has to do with time, at one moment: its delayed messages and its leases. What is counted begins anew with
 * each broker.
 *
 * @param at when, by the cluster's clock
 * @param delayed how many messages are delayed, by when they are due; every horizon is there
 * @param next when the first of them is due, in the past if it is overdue; about, while messages move
 * @param delivered the delayed messages that became visible, by how late, the most punctual ones first
 * @param moves how many messages were moved from one bucket to another
 * @param counted whether all that an earlier broker left is in {@code delayed}
 * @param leases the leases of CMQ callers
 */
public record TimeFigures(
        Instant at,
        Map<Horizon, Long> delayed,
        Optional<Instant> next,
        List<Delivered> delivered,
        long moves,
        boolean counted,
        Leases leases) {
    /** Copies the collections. */
    public TimeFigures {
        delayed = Map.copyOf(delayed);
        delivered = List.copyOf(delivered);
        if (delayed.size() != Horizon.values().length) {
            throw new IllegalArgumentException("not every horizon is there: " + delayed);
        }
    }

    /**
     * Delayed messages that became visible.
     *
     * @param lateAtMost how late at most, and later than the class before it; empty for all that were later still
     */
    public record Delivered(Optional<Duration> lateAtMost, long messages) {}

    /**
     * The leases of all queues.
     *
     * @param messages how many messages are under one
     * @param bytes the memory that these take
     * @param expired how many leases ran out
     */
    public record Leases(long messages, long bytes, long expired) {}

    /** How many messages are due by then, as {@link Horizon} says. */
    public long delayed(Horizon horizon) {
        return delayed.getOrDefault(horizon, 0L);
    }

    /** How long until the first delayed message is due; negative if it is overdue. */
    public Optional<Duration> untilNext() {
        return next.map(due -> Duration.between(at, due));
    }
}
