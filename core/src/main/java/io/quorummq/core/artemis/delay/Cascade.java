/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import io.quorummq.core.delay.DelayIndex;
import io.quorummq.core.delay.Wheel;
import io.quorummq.core.delay.Wheel.Bucket;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Moves the messages of a coarse bucket to fine ones, ahead of their time, page by page, so that its pages can be deleted one
 * after the other. What is due already, because no broker was there to move it, goes to its queue.
 */
final class Cascade implements Job {
    private static final int BATCH_MESSAGES = 256;
    private static final long BATCH_BYTES = 2 << 20;

    private final BucketQueue queue;
    private final DelayIndex index;
    private final Mover mover;
    private final InstantSource clock;
    private final long lateBytesMax;
    private final BucketReader reader;
    private final @Nullable Census census;
    private final List<Waiting> batch = new ArrayList<>();
    private final List<Waiting> late = new ArrayList<>();
    private long batchBytes;
    private long lateBytes;
    private long left = Long.MAX_VALUE;
    private long stuck = Long.MAX_VALUE;

    Cascade(
            BucketQueue queue,
            Fates fates,
            DelayIndex index,
            Mover mover,
            InstantSource clock,
            long lateBytesMax,
            @Nullable Census census) {
        this.queue = queue;
        this.index = index;
        this.mover = mover;
        this.clock = clock;
        this.lateBytesMax = lateBytesMax;
        this.census = census;
        this.reader = new BucketReader(queue, fates);
        if (census == null) {
            index.visited(queue.bucket());
        }
    }

    Bucket bucket() {
        return queue.bucket();
    }

    @Override
    public boolean step(long deadlineNanos) {
        do {
            reader.next().forEach(this::sort);
            if (reader.isAtEnd()) {
                moveBatch();
                moveLate();
                return true;
            }
        } while (System.nanoTime() < deadlineNanos);
        moveBatch();
        return false;
    }

    /** Those that are late are held over many steps, to bring them into order. */
    @Override
    public void withdraw(Collection<Waiting> messages) {
        var positions = messages.stream()
                .filter(waiting -> waiting.bucket().bucket().equals(bucket()))
                .map(Waiting::position)
                .collect(Collectors.toSet());
        positions.forEach(reader::gone);
        if (late.removeIf(waiting -> positions.contains(waiting.position()))) {
            lateBytes = late.stream().mapToLong(Waiting::bytes).sum();
        }
    }

    /** When the first message was due of those that could not be moved. */
    OptionalLong firstStuck() {
        return stuck == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(stuck);
    }

    /** Whether what is read is counted. */
    boolean isCounting() {
        return census != null;
    }

    BucketQueue queue() {
        return queue;
    }

    private void sort(Waiting waiting) {
        if (census != null) {
            census.count(waiting);
        }
        var now = clock.millis();
        if (waiting.wake() <= now) {
            late.add(waiting);
            lateBytes += waiting.bytes();
            if (lateBytes > lateBytesMax) {
                moveLate();
            }
        } else if (Wheel.moveOn(waiting.wake(), now).equals(queue.bucket())) {
            left = Math.min(left, waiting.wake());
        } else {
            batch.add(waiting);
            batchBytes += waiting.bytes();
            if (batch.size() == BATCH_MESSAGES || batchBytes > BATCH_BYTES) {
                moveBatch();
            }
        }
    }

    private void moveBatch() {
        move(batch);
        batch.clear();
        batchBytes = 0;
    }

    private void moveLate() {
        late.sort(Waiting.BY_TIME);
        for (var from = 0; from < late.size(); from += BATCH_MESSAGES) {
            move(late.subList(from, Math.min(late.size(), from + BATCH_MESSAGES)));
        }
        late.clear();
        lateBytes = 0;
    }

    private void move(List<Waiting> messages) {
        if (!messages.isEmpty()) {
            for (var failed : mover.move(List.copyOf(messages))) {
                stuck = Math.min(stuck, failed.wake());
            }
        }
    }

    @Override
    public void close() {
        reader.close();
        index.stays(queue.bucket(), left);
    }
}
