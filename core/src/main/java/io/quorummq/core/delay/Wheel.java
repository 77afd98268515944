/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.delay;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which bucket a message waits in. A bucket belongs to a span of time that comes round again: there is one for every minute
 * of the next hour, for every hour of the next day, and for every day of the next year. Ahead of its time a bucket's
 * messages are moved one ring down, and those of a minute to the queues they are for.
 */
public final class Wheel {
    /** How long before the first message of a minute is due its bucket is read. */
    public static final Duration READ_AHEAD = Duration.ofSeconds(20);

    // each has room for the span of a bucket of the next ring, for the time by which that is moved ahead, and to spare
    private static final Ring MINUTES = new Ring("minute", Duration.ofMinutes(1), 90, 20, READ_AHEAD);
    private static final Ring HOURS = new Ring("hour", Duration.ofHours(1), 28, 1, Duration.ofMinutes(5));
    /** A year and more than two weeks. */
    private static final Ring DAYS = new Ring("day", Duration.ofDays(1), 384, 15, Duration.ofHours(1));

    private static final List<Ring> RINGS = List.of(MINUTES, HOURS, DAYS);

    private Wheel() {}

    /**
     * Buckets that follow one another in time, the last one by the first.
     *
     * @param width the span of each bucket
     * @param past so many buckets before the present one hold nothing of a later round: the ring is not filled further ahead
     * @param ahead how long before its span begins a bucket is dealt with
     */
    public record Ring(String name, Duration width, int buckets, int past, Duration ahead) {
        Bucket at(long time) {
            return new Bucket(this, (int) Math.floorMod(Math.floorDiv(time, width.toMillis()), (long) buckets));
        }
    }

    /** One bucket of a ring. */
    public record Bucket(Ring ring, int number) {
        /** The bucket's name, by which {@link Wheel#bucket} finds it again. */
        public String name() {
            return ring.name + "." + number;
        }

        /** Whether messages go from here to the queues they are for, and not to another bucket. */
        public boolean isFine() {
            return ring.equals(MINUTES);
        }

        /** When this bucket has to be looked at if its first message is due at this time, in milliseconds since the epoch. */
        public long visitAt(long firstDue) {
            var from = isFine() ? firstDue : firstDue - Math.floorMod(firstDue, ring.width.toMillis());
            return from - ring.ahead.toMillis();
        }
    }

    /** Where a new message waits that is due at this time, which has not come yet. */
    public static Bucket place(long due, long now) {
        var ring = due - now < HOURS.width.toMillis() ? MINUTES : due - now < DAYS.width.toMillis() ? HOURS : DAYS;
        return ring.at(due);
    }

    /**
     * Where a message waits on that is due at this time, when its bucket's time has come; its own bucket again if it is due in
     * a later round.
     */
    public static Bucket moveOn(long due, long now) {
        var ring = isWithin(due - now, HOURS) ? MINUTES : isWithin(due - now, DAYS) ? HOURS : DAYS;
        return ring.at(due);
    }

    private static boolean isWithin(long millis, Ring ring) {
        return millis <= ring.width.plus(ring.ahead).toMillis();
    }

    /** Fine buckets before coarse ones, each in the order in which their messages are due, what is late by then included. */
    public static Comparator<Bucket> byTime(long now) {
        return Comparator.comparing((Bucket bucket) -> bucket.ring.width)
                .thenComparingInt(bucket -> Math.floorMod(
                        bucket.number - bucket.ring.at(now).number + bucket.ring.past, bucket.ring.buckets));
    }

    /** The bucket of this name, if there can be one. */
    public static Optional<Bucket> bucket(String name) {
        var dot = name.indexOf('.');
        if (dot < 0) {
            return Optional.empty();
        }
        var number = name.substring(dot + 1);
        return RINGS.stream()
                .filter(ring -> ring.name.equals(name.substring(0, dot)) && number.matches("0|[1-9][0-9]{0,3}"))
                .map(ring -> new Bucket(ring, Integer.parseInt(number)))
                .filter(bucket -> bucket.number < bucket.ring.buckets)
                .findFirst();
    }
}
