/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/**
 * How far ahead delayed messages are due. Those on pages go by the first message of their bucket, so they may be due later
 * than their horizon says by the span of a bucket: two minutes within eight hours, eight hours beyond.
 */
public enum Horizon {
    /** In memory, in their queues: due within two minutes, or for other reasons on no page. */
    MEMORY("memory", Duration.ZERO),
    /** Within a minute, overdue, or being read from their bucket because its time has come. */
    MINUTE("1m", Duration.ofMinutes(1)),
    /** Within an hour. */
    HOUR("1h", Duration.ofHours(1)),
    /** Within a day. */
    DAY("1d", Duration.ofDays(1)),
    /** Within thirty days. */
    MONTH("30d", Duration.ofDays(30)),
    /** After that. */
    LATER("later", Duration.ZERO);

    private final String label;
    private final Duration reach;

    Horizon(String label, Duration reach) {
        this.label = label;
        this.reach = reach;
    }

    /** As it is named in figures. */
    public String label() {
        return label;
    }

    /** Counts messages that are due between two times, in milliseconds since the epoch, the second one exclusive. */
    @FunctionalInterface
    public interface Count {
        /** How many there are. */
        long between(long from, long until);
    }

    /**
     * Sorts all delayed messages into horizons.
     *
     * @param inMemory how many wait in memory
     * @param inBuckets how many lie in buckets
     * @param buckets counts those of buckets that are not being read
     */
    public static Map<Horizon, Long> sort(Instant now, long inMemory, long inBuckets, Count buckets) {
        var sorted = new EnumMap<Horizon, Long>(Horizon.class);
        sorted.put(MEMORY, inMemory);
        var from = now.plus(MINUTE.reach).toEpochMilli();
        var rest = inBuckets;
        for (var horizon : new Horizon[] {HOUR, DAY, MONTH}) {
            var until = now.plus(horizon.reach).toEpochMilli();
            var count = buckets.between(from, until);
            sorted.put(horizon, count);
            rest -= count;
            from = until;
        }
        var later = buckets.between(from, Long.MAX_VALUE);
        sorted.put(LATER, later);
        // while messages move the counts are not of one moment
        sorted.put(MINUTE, Math.max(0, rest - later));
        return sorted;
    }
}
