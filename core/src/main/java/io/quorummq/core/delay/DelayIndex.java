/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.delay;

import io.quorummq.core.delay.Wheel.Bucket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What lies in the buckets: how many messages of which queue, and when the first of them is due. Kept in memory alone, and
 * counted anew from the buckets at every start. Times are milliseconds since the epoch. Thread-safe.
 */
public final class DelayIndex {
    private final Map<Bucket, Content> buckets = new HashMap<>();
    private final Map<Long, Long> byQueue = new HashMap<>();
    private long total;

    /** A message for these queues lies in the bucket and is due at this time. */
    public synchronized void add(Bucket bucket, Collection<Long> queues, long due) {
        var content = buckets.computeIfAbsent(bucket, empty -> new Content());
        content.firstDue = Math.min(content.firstDue, due);
        content.messages++;
        total++;
        for (var queue : queues) {
            var tally = content.tallies.computeIfAbsent(queue, none -> new Tally());
            tally.messages++;
            tally.firstDue = Math.min(tally.firstDue, due);
            byQueue.merge(queue, 1L, Long::sum);
        }
    }

    /** A message for these queues has left the bucket. */
    public synchronized void remove(Bucket bucket, Collection<Long> queues) {
        var content = buckets.get(bucket);
        if (content == null) {
            return;
        }
        if (content.messages > 0) {
            content.messages--;
            total--;
        }
        for (var queue : queues) {
            var tally = content.tallies.get(queue);
            if (tally != null) {
                subtract(queue, 1);
                if (--tally.messages == 0) {
                    content.tallies.remove(queue);
                }
            }
        }
    }

    /** Forgets what is known of the bucket, which is about to be counted. */
    public synchronized void reset(Bucket bucket) {
        var content = buckets.remove(bucket);
        if (content != null) {
            total -= content.messages;
            content.tallies.forEach((queue, tally) -> subtract(queue, tally.messages));
        }
    }

    /** The bucket is about to be looked through; what lies there for longer is to be told by {@link #stays}. */
    public synchronized void visited(Bucket bucket) {
        var content = buckets.get(bucket);
        if (content != null) {
            content.firstDue = Long.MAX_VALUE;
        }
    }

    /** When the first message of the bucket is due; {@link Long#MAX_VALUE} if that is not known or there is none. */
    public synchronized long firstDue(Bucket bucket) {
        var content = buckets.get(bucket);
        return content == null ? Long.MAX_VALUE : content.firstDue;
    }

    /** A message stays in the bucket that is due at this time. */
    public synchronized void stays(Bucket bucket, long due) {
        if (due != Long.MAX_VALUE) {
            var content = buckets.computeIfAbsent(bucket, empty -> new Content());
            content.firstDue = Math.min(content.firstDue, due);
        }
    }

    /** The queue's messages are gone, wherever they lie; their places in the buckets are still taken. */
    public synchronized List<Bucket> clear(long queue) {
        byQueue.remove(queue);
        var held = new ArrayList<Bucket>();
        buckets.forEach((bucket, content) -> {
            if (content.tallies.remove(queue) != null) {
                held.add(bucket);
            }
        });
        return held;
    }

    /** The buckets in which messages of this queue lie. */
    public synchronized List<Bucket> holding(long queue) {
        return buckets.entrySet().stream()
                .filter(entry -> entry.getValue().tallies.containsKey(queue))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The buckets that have to be looked at by this time, the most urgent one first. */
    public synchronized List<Bucket> toVisit(long now) {
        return buckets.entrySet().stream()
                .filter(entry -> entry.getValue().firstDue != Long.MAX_VALUE
                        && entry.getKey().visitAt(entry.getValue().firstDue) <= now)
                .sorted(Comparator.comparingLong(entry -> entry.getValue().firstDue))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** How many messages of the queue lie in buckets. */
    public synchronized long count(long queue) {
        return byQueue.getOrDefault(queue, 0L);
    }

    /** How many messages are known to lie in the bucket, those of deleted queues included. */
    public synchronized long messages(Bucket bucket) {
        var content = buckets.get(bucket);
        return content == null ? 0 : content.messages;
    }

    /** How many messages lie in buckets. */
    public synchronized long total() {
        return total;
    }

    /** When the first message is due that lies in a bucket and is for this queue; about, while messages move. */
    public synchronized OptionalLong firstDueOf(long queue) {
        if (!byQueue.containsKey(queue)) {
            return OptionalLong.empty(); // as most queues: they are asked at every look at the metrics
        }
        return buckets.values().stream()
                .map(content -> content.tallies.get(queue))
                .filter(tally -> tally != null)
                .mapToLong(tally -> tally.firstDue)
                .min();
    }

    /** When the first message of all is due; about, while messages move. */
    public synchronized OptionalLong firstDue() {
        return buckets.values().stream()
                .filter(content -> content.messages > 0 && content.firstDue != Long.MAX_VALUE)
                .mapToLong(content -> content.firstDue)
                .min();
    }

    /** How many messages lie in buckets whose first one is due between these times, the second one exclusive. */
    public synchronized long countBetween(long from, long until) {
        return buckets.values().stream()
                .filter(content -> content.firstDue >= from && content.firstDue < until)
                .mapToLong(content -> content.messages)
                .sum();
    }

    private void subtract(long queue, long messages) {
        byQueue.computeIfPresent(queue, (id, count) -> count > messages ? (@Nullable Long) (count - messages) : null);
    }

    private static final class Content {
        private final Map<Long, Tally> tallies = new HashMap<>();
        private long messages;
        private long firstDue = Long.MAX_VALUE;
    }

    private static final class Tally {
        private long messages;
        private long firstDue = Long.MAX_VALUE;
    }
}
