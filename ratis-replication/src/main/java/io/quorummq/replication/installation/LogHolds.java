/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.installation;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far this node's log must stay for replicas that are catching up: each holds it behind an entry, on a lease. Holds give way
 * when the disk gets short, since a full disk would stop the node.
 */
public final class LogHolds {
    private static final Logger LOG = LoggerFactory.getLogger(LogHolds.class);
    private static final int HOLDS_MAX = 32;

    private final LongSupplier nanoTicker;
    private final LongSupplier freeBytes;
    private final long freeBytesMin;
    private final Map<UUID, Hold> holds = new HashMap<>();

    private record Hold(long index, long untilNanos) {}

    /** @param freeBytes room on the log's disk; below the minimum nothing is held */
    public LogHolds(LongSupplier nanoTicker, LongSupplier freeBytes, long freeBytesMin) {
        this.nanoTicker = nanoTicker;
        this.freeBytes = freeBytes;
        this.freeBytesMin = freeBytesMin;
    }

    /** The log behind this entry stays; takes the place of what the holder held before. Answers whether it does. */
    public synchronized boolean hold(UUID holder, long index, Duration lease) {
        if (diskIsShort() || (holds.size() >= HOLDS_MAX && !holds.containsKey(holder))) {
            return false;
        }
        holds.put(holder, new Hold(index, nanoTicker.getAsLong() + lease.toNanos()));
        return true;
    }

    synchronized void renew(UUID holder, Duration lease) {
        holds.computeIfPresent(holder, (id, hold) -> new Hold(hold.index(), nanoTicker.getAsLong() + lease.toNanos()));
    }

    public synchronized void release(UUID holder) {
        holds.remove(holder);
    }

    /** Up to which entry the log may go when it is not needed up to {@code wanted} by this node itself. */
    public synchronized long limit(long wanted) {
        var now = nanoTicker.getAsLong();
        holds.values().removeIf(hold -> hold.untilNanos() - now < 0);
        if (!holds.isEmpty() && diskIsShort()) {
            LOG.warn(
                    "The log is no longer kept for {} replicas that are catching up: less than {} MB are free",
                    holds.size(),
                    freeBytesMin >> 20);
            holds.clear();
        }
        return Math.min(
                wanted, holds.values().stream().mapToLong(Hold::index).min().orElse(wanted));
    }

    boolean diskIsShort() {
        return freeBytes.getAsLong() < freeBytesMin;
    }
}
