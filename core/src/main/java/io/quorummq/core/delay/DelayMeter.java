/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.delay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Counts what happens to delayed messages since the broker began to serve. Thread-safe. */
public final class DelayMeter {
    /** The upper ends of the classes of lateness; what is later than the last one is in a class of its own. */
    private static final List<Duration> CLASSES =
            List.of(Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofMinutes(1));

    private final LongAdder moves = new LongAdder();
    private final List<LongAdder> delivered = new ArrayList<>();

    /** Nothing has happened yet. */
    public DelayMeter() {
        for (var i = 0; i <= CLASSES.size(); i++) {
            delivered.add(new LongAdder());
        }
    }

    /** A delayed message came to its queue, or became visible in it, so long after it was due. */
    public void delivered(long lateMillis) {
        var i = 0;
        while (i < CLASSES.size() && lateMillis > CLASSES.get(i).toMillis()) {
            i++;
        }
        delivered.get(i).increment();
    }

    /** A message was moved from one bucket to another. */
    public void movedOn() {
        moves.increment();
    }

    /** The upper ends of the classes of lateness, each inclusive; there is one more class without an end. */
    public static List<Duration> classes() {
        return CLASSES;
    }

    /** How many messages became visible in this class of lateness, from 0 to the number of {@link #classes()}. */
    public long delivered(int latenessClass) {
        return delivered.get(latenessClass).sum();
    }

    /** How many messages were moved from one bucket to another. */
    public long moves() {
        return moves.sum();
    }
}
