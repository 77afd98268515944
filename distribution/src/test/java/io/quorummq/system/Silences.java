/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** When each door acknowledged, and how long it was silent after each fault. */
final class Silences {
    private final LongSupplier nanoTime;
    private final Map<String, List<Long>> acknowledgements = new TreeMap<>();
    private final Map<String, List<Duration>> silences = new TreeMap<>();
    private long faultAt;

    Silences(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A door acknowledged something. */
    synchronized void acknowledged(String door) {
        acknowledgements.computeIfAbsent(door, unused -> new ArrayList<>()).add(nanoTime.getAsLong());
    }

    /** How much the door has acknowledged since the last fault. */
    synchronized int sinceFault(String door) {
        return acknowledgements.getOrDefault(door, List.of()).size();
    }

    /** How much all doors have acknowledged since the last fault. */
    synchronized int sinceFault() {
        return acknowledgements.values().stream().mapToInt(List::size).sum();
    }

    /** Ends the round of the last fault, if there was one, and begins that of the next: something is killed now. */
    synchronized void fault() {
        settle();
        faultAt = nanoTime.getAsLong();
    }

    /**
     * Ends the round of the last fault. Its silence is the longest time without an acknowledgement from the fault on: one
     * that was on its way when the leader died does not count as service.
     */
    synchronized void settle() {
        if (faultAt != 0) {
            acknowledgements.forEach((door, times) -> {
                var longest = 0L;
                var last = faultAt;
                for (var time : times) {
                    longest = Math.max(longest, time - last);
                    last = time;
                }
                silences.computeIfAbsent(door, unused -> new ArrayList<>()).add(Duration.ofNanos(longest));
            });
        }
        acknowledgements.values().forEach(List::clear);
        faultAt = 0;
    }

    /** The longest silences of each door, most recent last. */
    synchronized List<Duration> of(String door) {
        return List.copyOf(silences.getOrDefault(door, List.of()));
    }

    /** Median and worst of each door, for people. */
    synchronized String table() {
        var lines = new StringBuilder(
                String.format(Locale.ROOT, "%-8s %6s %12s %12s%n", "door", "faults", "median", "worst"));
        silences.forEach((door, all) -> {
            var sorted = all.stream().sorted().toList();
            lines.append(String.format(
                    Locale.ROOT,
                    "%-8s %6d %9d ms %9d ms%n",
                    door,
                    sorted.size(),
                    sorted.get(sorted.size() / 2).toMillis(),
                    sorted.get(sorted.size() - 1).toMillis()));
        });
        return lines.toString();
    }
}
