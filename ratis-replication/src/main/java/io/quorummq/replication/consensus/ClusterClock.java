/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The cluster's time: it continues the time in the log by this node's monotonic clock and never goes backwards.
 *
 * <p>While this node leads, the time is drawn towards its wall clock by at most {@value #SLEW_SECONDS_PER_MINUTE} seconds a
 * minute, so a wrong wall clock cannot make it jump. While another node leads, the entries that are applied tell the time. Thread-safe.
 */
public final class ClusterClock implements InstantSource {
    static final long SLEW_SECONDS_PER_MINUTE = 3;

    private final InstantSource wall;
    private final LongSupplier nanoTicker;

    private long baseNanos;
    private long ticksAtBase;
    private long lastMillis;
    private boolean started;
    /** Whether the log ever told a time; a wall clock's counts for nothing against it. */
    private boolean heard;

    private boolean leading;

    public ClusterClock(InstantSource wall, LongSupplier nanoTicker) {
        this.wall = wall;
        this.nanoTicker = nanoTicker;
    }

    /** Now, never earlier than any answer before it. */
    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    /** Now, in milliseconds since 1970. */
    @Override
    public synchronized long millis() {
        if (!started) {
            startAt(wall.millis());
        }
        var ticks = nanoTicker.getAsLong();
        var elapsed = Math.max(0, ticks - ticksAtBase);
        var time = baseNanos + elapsed;
        if (leading) {
            var slewMax = elapsed / 60 * SLEW_SECONDS_PER_MINUTE;
            var behind = TimeUnit.MILLISECONDS.toNanos(wall.millis()) - time;
            time += Math.max(-slewMax, Math.min(slewMax, behind));
            baseNanos = time;
            ticksAtBase = ticks;
        }
        lastMillis = Math.max(lastMillis, TimeUnit.NANOSECONDS.toMillis(time));
        return lastMillis;
    }

    /**
     * Hears the time of an entry that was just applied; a leader's own entries, older than its clock, change nothing.
     *
     * <p>On a follower a later time is taken over at once. An earlier one mostly means that the entry came late, as the last ones of
     * a leader that died do: the time runs on, and is only drawn back as slowly as a leader may be drawn by its wall clock.
     */
    public synchronized void observe(long logMillis) {
        if (logMillis <= 0) {
            return;
        }
        if (!heard && !leading) {
            heard = true;
            startAt(logMillis);
            return;
        }
        heard = true;
        var ticks = nanoTicker.getAsLong();
        var elapsed = Math.max(0, ticks - ticksAtBase);
        var ahead = baseNanos + elapsed - TimeUnit.MILLISECONDS.toNanos(logMillis);
        if (leading) {
            if (logMillis > lastMillis) {
                startAt(logMillis);
            }
        } else if (ahead <= 0) {
            startAt(logMillis);
        } else {
            baseNanos += elapsed - Math.min(ahead, elapsed / 60 * SLEW_SECONDS_PER_MINUTE);
            ticksAtBase = ticks;
        }
    }

    /** Moves the time forward to at least this, as after a full stop of the cluster; never back. */
    public synchronized void advanceTo(long wallMillis) {
        if (wallMillis > millis()) {
            startAt(wallMillis);
        }
    }

    /** As {@link #advanceTo}, by this node's own wall clock. */
    synchronized void advanceToWall() {
        advanceTo(wall.millis());
    }

    /** How far this node's wall clock is ahead of the cluster's time. */
    public synchronized long wallAheadMillis() {
        return wall.millis() - millis();
    }

    /** From now on this node gives the time. */
    synchronized void lead() {
        millis();
        leading = true;
        var ticks = nanoTicker.getAsLong();
        // a follower that saw a later time than the log's last must not be set back by its own answer
        baseNanos = Math.max(baseNanos + Math.max(0, ticks - ticksAtBase), TimeUnit.MILLISECONDS.toNanos(lastMillis));
        ticksAtBase = ticks;
    }

    /** From now on the log gives the time. */
    synchronized void follow() {
        leading = false;
    }

    private void startAt(long millis) {
        started = true;
        baseNanos = TimeUnit.MILLISECONDS.toNanos(millis);
        ticksAtBase = nanoTicker.getAsLong();
    }
}
