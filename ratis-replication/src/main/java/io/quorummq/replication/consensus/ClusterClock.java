/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's time: it continues the time in the log by this node's monotonic clock and never goes backwards.
 *
 * <p>While this node leads, the time is drawn towards the wall clocks of the members by at most {@value #SLEW_SECONDS_PER_MINUTE}
 * seconds a minute, so wrong wall clocks cannot make it jump. While another node leads, the entries that are applied tell the time,
 * and the leader itself now and then. Thread-safe.
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
    /** Whether this process has known the cluster's time since it ran, be it from a leader or by a start of its own. */
    private boolean running;

    private @Nullable Walls walls;

    /**
     * Where the members' wall clocks are, as nanoseconds ahead of this node's monotonic clock: between the two in the middle no
     * majority wants the time to be later or earlier; an odd number of clocks has one middle.
     */
    record Walls(long lowNanos, long highNanos) {
        Walls {
            if (lowNanos > highNanos) {
                throw new IllegalArgumentException(lowNanos + " is behind " + highNanos);
            }
        }
    }

    public ClusterClock(InstantSource wall, LongSupplier nanoTicker) {
        this.wall = wall;
        this.nanoTicker = nanoTicker;
    }

    /** Now, never earlier than any answer before it once the cluster's time is known; before that, what the wall clock says. */
    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    /** Now, in milliseconds since 1970. */
    @Override
    public synchronized long millis() {
        if (!started) {
            // not to be remembered: a wall clock that is ahead must not become the cluster's time by having been looked
            // at
            return wall.millis();
        }
        var ticks = nanoTicker.getAsLong();
        var elapsed = Math.max(0, ticks - ticksAtBase);
        var time = baseNanos + elapsed;
        if (leading) {
            var slewMax = elapsed / 60 * SLEW_SECONDS_PER_MINUTE;
            time += Math.max(-slewMax, Math.min(slewMax, behindWalls(time, ticks)));
            baseNanos = time;
            ticksAtBase = ticks;
        }
        lastMillis = Math.max(lastMillis, TimeUnit.NANOSECONDS.toMillis(time));
        return lastMillis;
    }

    /** How far the time is to be drawn; a walk to the nearest of the two in the middle, and none between them. */
    private long behindWalls(long time, long ticks) {
        if (walls == null) {
            return 0;
        }
        var low = walls.lowNanos + ticks;
        var high = walls.highNanos + ticks;
        return time < low ? low - time : Math.min(0, high - time);
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

    /** Moves the time forward to at least this, as after a full stop of the cluster, never back; begins here where there is none. */
    synchronized void advanceTo(long newMillis) {
        if (!started || newMillis > millis()) {
            startAt(newMillis);
        }
    }

    /** What the leader says the time is: as an entry of its, and from then on the time is known to be running here. */
    synchronized void hear(long leaderMillis) {
        if (!leading) {
            observe(leaderMillis);
            running = true;
        }
    }

    /** The time is settled: the next leader goes on from it, whatever the wall clocks say. */
    synchronized void settle() {
        running = true;
    }

    /** Whether this process has known the cluster's time, and may go on from it; not so after a restart, before a leader told it. */
    synchronized boolean isRunning() {
        return running;
    }

    /** From now on, while this node leads, the time is drawn towards these. */
    synchronized void drawTowards(Walls members) {
        if (leading) {
            // what has passed was drawn towards the last ones
            millis();
            walls = members;
        }
    }

    /** This node's wall clock, as nanoseconds ahead of its monotonic one. */
    long wallOffsetNanos() {
        return TimeUnit.MILLISECONDS.toNanos(wall.millis()) - nanoTicker.getAsLong();
    }

    /** What this node's wall clock says. */
    long wallMillis() {
        return wall.millis();
    }

    /** How far this node's wall clock is ahead of the cluster's time. */
    public synchronized long wallAheadMillis() {
        return wall.millis() - millis();
    }

    /** The same, where the cluster's time is known: not while a node that was started waits for a leader to tell it. */
    public synchronized OptionalLong departureMillis() {
        return running ? OptionalLong.of(wallAheadMillis()) : OptionalLong.empty();
    }

    /** From now on this node gives the time. */
    synchronized void lead() {
        leading = true;
        walls = null;
        if (!started) {
            return;
        }
        var ticks = nanoTicker.getAsLong();
        // a follower that saw a later time than the log's last must not be set back by its own answer
        baseNanos = Math.max(baseNanos + Math.max(0, ticks - ticksAtBase), TimeUnit.MILLISECONDS.toNanos(lastMillis));
        ticksAtBase = ticks;
    }

    /** From now on the log gives the time. */
    synchronized void follow() {
        leading = false;
        walls = null;
    }

    private void startAt(long millis) {
        started = true;
        baseNanos = TimeUnit.MILLISECONDS.toNanos(millis);
        ticksAtBase = nanoTicker.getAsLong();
    }
}
