/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.delay;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which bucket a message waits in. A bucket belongs to a span of time that comes round again: the fine ring has one for
 * every two minutes of the next hours, the coarse ring one for every eight hours of the next year. A message that is due
 * in more than eight hours lies in a coarse bucket first, and is moved to a fine one ahead of that bucket's time.
 */
public final class Wheel {
    /** How long before a coarse bucket's span begins its messages are moved to fine ones. */
    static final Duration MOVED_AHEAD = Duration.ofHours(1);

    /** How long before the first message of a fine bucket is due the bucket is read. */
    public static final Duration READ_AHEAD = Duration.ofSeconds(20);

    /** Reaches an hour further than the span of a coarse bucket and the time by which it is moved ahead. */
    private static final Ring FINE = new Ring("fine", Duration.ofMinutes(2).toMillis(), 300);
    /** A year and two weeks. */
    private static final Ring COARSE = new Ring("coarse", Duration.ofHours(8).toMillis(), 1140);

    /** So many buckets before the present one hold nothing of a later round: no ring is filled further ahead. */
    private static final int PAST_BUCKETS = 28;

    private static final List<Ring> RINGS = List.of(FINE, COARSE);

    private Wheel() {}

    /**
     * Buckets that follow one another in time, the last one by the first.
     *
     * @param width the span of each bucket, in milliseconds
     */
    public record Ring(String name, long width, int buckets) {
        Bucket at(long time) {
            return new Bucket(this, (int) Math.floorMod(Math.floorDiv(time, width), (long) buckets));
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
            return ring.equals(FINE);
        }

        /** When this bucket has to be looked at if its first message is due at this time. */
        public long visitAt(long firstDue) {
            return isFine()
                    ? firstDue - READ_AHEAD.toMillis()
                    : Math.floorDiv(firstDue, ring.width) * ring.width - MOVED_AHEAD.toMillis();
        }
    }

    /** Where a new message waits that is due at this time, which has not come yet. */
    public static Bucket place(long due, long now) {
        return due - now < COARSE.width ? FINE.at(due) : COARSE.at(due);
    }

    /** Where a message of a coarse bucket whose time has come waits on; its own bucket again if it is due in a later round. */
    public static Bucket moveOn(long due, long now) {
        return due - now < COARSE.width + MOVED_AHEAD.toMillis() ? FINE.at(due) : COARSE.at(due);
    }

    /** Fine buckets before coarse ones, each in the order in which their messages are due, what is late by then included. */
    public static Comparator<Bucket> byTime(long now) {
        return Comparator.comparing((Bucket bucket) -> !bucket.isFine())
                .thenComparingInt(bucket ->
                        Math.floorMod(bucket.number - bucket.ring.at(now).number + PAST_BUCKETS, bucket.ring.buckets));
    }

    /** The bucket of this name, if there can be one. */
    public static Optional<Bucket> bucket(String name) {
        var dot = name.indexOf('.');
        if (dot < 0) {
            return Optional.empty();
        }
        var number = name.substring(dot + 1);
        return RINGS.stream()
                .filter(ring -> ring.name.equals(name.substring(0, dot)) && number.matches("0|[1-9][0-9]{0,4}"))
                .map(ring -> new Bucket(ring, Integer.parseInt(number)))
                .filter(bucket -> bucket.number < bucket.ring.buckets)
                .findFirst();
    }
}
