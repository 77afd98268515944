/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import io.quorummq.core.delay.DelayIndex;
import io.quorummq.core.delay.Wheel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one fine bucket that are due first, in memory and in order; as many as there is room for. The others are
 * read when these have gone: reading the bucket again costs less than writing its messages to finer ones would. For one
 * thread.
 */
final class ReadBucket implements AutoCloseable {
    /** What is due later than this is of a later round. */
    private static final long WINDOW_MILLIS = 200_000;

    private final BucketQueue queue;
    private final Fates fates;
    private final DelayIndex index;
    private final TreeSet<Waiting> messages = new TreeSet<>(Waiting.BY_TIME);
    /** Those and the ones that were taken because they are due, by their position. */
    private final Map<Long, Waiting> known = new HashMap<>();

    /** The positions of those that could not be moved; they are left on their pages, so that others have room. */
    private final Set<Long> stuck = new HashSet<>();

    private long firstStuck = Long.MAX_VALUE;
    private @Nullable Census census;
    private BucketReader reader;
    private long bytes;
    /** What is due from then on was left on its pages. */
    private long until = Long.MAX_VALUE;

    private boolean atEnd;

    /** @param census counts what is read for the first time; null where that is known */
    ReadBucket(BucketQueue queue, Fates fates, DelayIndex index, @Nullable Census census) {
        this.queue = queue;
        this.fates = fates;
        this.index = index;
        this.census = census;
        this.reader = new BucketReader(queue, fates);
        if (census == null) {
            index.visited(queue.bucket());
        }
    }

    BucketQueue queue() {
        return queue;
    }

    /** The memory that the messages take. */
    long bytes() {
        return bytes;
    }

    /** Whether there is nothing to read now. */
    boolean isAtEnd() {
        return atEnd;
    }

    /** When the first message that is in memory is due. */
    OptionalLong firstDue() {
        return messages.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(messages.first().wake());
    }

    /** Reads on, within this much memory, until about this time. */
    void read(long now, long bytesMax, long deadlineNanos) {
        if (atEnd && isToBeReadAgain(now, bytesMax)) {
            readAgain();
        }
        do {
            if (bytes >= bytesMax && !messages.isEmpty() && messages.last().wake() <= now) {
                return; // more than fits is due: what is here has to go first
            }
            for (var waiting : reader.next()) {
                take(waiting, now, bytesMax);
            }
            atEnd = reader.isAtEnd();
        } while (!atEnd && System.nanoTime() < deadlineNanos);
        if (atEnd) {
            census = null;
        }
    }

    private boolean isToBeReadAgain(long now, long bytesMax) {
        return until - Wheel.READ_AHEAD.toMillis() <= now && bytes < bytesMax / 2;
    }

    private void readAgain() {
        reader.close();
        reader = new BucketReader(queue, fates);
        until = Long.MAX_VALUE;
        atEnd = false;
    }

    private void take(Waiting waiting, long now, long bytesMax) {
        if (census != null) {
            census.count(waiting);
        }
        if (known.containsKey(waiting.position()) || stuck.contains(waiting.position())) {
            return;
        }
        if (waiting.wake() >= until || waiting.wake() > now + windowMillis()) {
            until = Math.min(until, waiting.wake());
            return;
        }
        messages.add(waiting);
        known.put(waiting.position(), waiting);
        bytes += waiting.bytes();
        while (bytes > bytesMax && messages.size() > 1 && messages.last().wake() > now) {
            var last = messages.last();
            messages.remove(last);
            forget(last);
            until = Math.min(until, last.wake());
        }
    }

    /** A bucket that is only counted is not held open for messages that are due in minutes: others have to be counted. */
    private long windowMillis() {
        return census == null ? WINDOW_MILLIS : 2 * Wheel.READ_AHEAD.toMillis();
    }

    /** Takes what is due, in order; {@link #gone} or {@link #failed} has to follow for each. */
    List<Waiting> due(long now, int max) {
        var due = new ArrayList<Waiting>();
        while (!messages.isEmpty() && messages.first().wake() <= now && due.size() < max) {
            due.add(messages.pollFirst());
        }
        return due;
    }

    /** The message is in this bucket no longer. */
    void gone(Waiting waiting) {
        reader.gone(waiting.position());
        forget(waiting);
    }

    private void forget(Waiting waiting) {
        var here = known.remove(waiting.position());
        if (here != null) {
            bytes -= here.bytes();
        }
    }

    /** The message could not be moved, and is passed over until {@link #retry}. */
    void failed(Waiting waiting) {
        forget(waiting);
        stuck.add(waiting.position());
        firstStuck = Math.min(firstStuck, waiting.wake());
    }

    /** What could not be moved is read, and tried, again. */
    void retry() {
        until = Math.min(until, firstStuck);
        stuck.clear();
        firstStuck = Long.MAX_VALUE;
    }

    /** Drops the message, if it is here, because another deals with it: by its position, since its time may have changed. */
    void withdraw(Waiting waiting) {
        reader.gone(waiting.position());
        var here = known.get(waiting.position());
        if (here != null && messages.remove(here)) {
            forget(here);
        }
    }

    /** Whether what is read is still counted. */
    boolean isCounting() {
        return census != null;
    }

    /** Whether nothing of this bucket is due for a while. */
    boolean isDone(long now) {
        return atEnd && known.isEmpty() && until - Wheel.READ_AHEAD.toMillis() > now;
    }

    @Override
    public void close() {
        reader.close();
        index.stays(queue.bucket(), until);
        messages.stream().findFirst().ifPresent(first -> index.stays(queue.bucket(), first.wake()));
    }
}
