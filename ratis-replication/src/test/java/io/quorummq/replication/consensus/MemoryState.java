/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.Entry;
import io.quorummq.replication.store.EntryBuilder;
import io.quorummq.replication.store.FileId;
import io.quorummq.replication.store.FileOperation;
import io.quorummq.replication.store.LogPosition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A list of numbers as replicated state; its "disk" is what survives {@link #close}. */
final class MemoryState implements ReplicatedState {
    /** The fence of one entry. */
    record Mark(long term, long sequence) {}

    private record Disk(LogPosition position, List<Long> numbers, Mark last, boolean gap, long clock) {}

    private Disk disk = new Disk(LogPosition.START, List.of(), new Mark(0, 0), false, 0);
    private final List<Long> numbers = new ArrayList<>();
    private final List<Mark> applied = new ArrayList<>();
    private final List<Mark> dropped = new ArrayList<>();
    private LogPosition position = LogPosition.START;
    private Mark last = new Mark(0, 0);
    private boolean gap;
    private long clock;
    private boolean failing;

    /** An operation that adds one number: a write of eight bytes. */
    static FileOperation number(long value) {
        var bytes = ByteBuffer.allocate(Long.BYTES).putLong(value).flip();
        return new FileOperation.Write(FileId.FIRST, value * Long.BYTES, bytes);
    }

    static ByteBuffer entry(long term, long sequence, long... values) {
        var builder = new EntryBuilder(64);
        for (var value : values) {
            number(value).encodeTo(builder);
        }
        return builder.finish(term, sequence, 1);
    }

    @Override
    public synchronized LogPosition recover(long lastLogIndex) {
        position = disk.position;
        numbers.clear();
        numbers.addAll(disk.numbers);
        last = disk.last;
        gap = disk.gap;
        clock = disk.clock;
        return position;
    }

    @Override
    public void logCutAfter(long index) {}

    @Override
    public synchronized Outcome apply(long index, long term, ByteBuffer bytes) {
        if (failing) {
            throw new IllegalStateException("the disk under the state failed");
        }
        skip(new LogPosition(term, index));
        var entry = Entry.decode(bytes);
        var mark = new Mark(entry.term(), entry.sequence());
        if (entry.term() != term) {
            dropped.add(mark);
            return Outcome.DROPPED;
        }
        if (term != last.term()) {
            last = new Mark(term, 0);
            gap = false;
        }
        gap |= entry.sequence() != last.sequence() + 1;
        if (gap) {
            dropped.add(mark);
            return Outcome.DROPPED;
        }
        last = mark;
        clock = entry.clockMillis();
        applied.add(mark);
        for (var operation : entry.operations()) {
            if (operation instanceof FileOperation.Write write) {
                for (var in = write.bytes().duplicate(); in.hasRemaining(); ) {
                    numbers.add(in.getLong());
                }
            }
        }
        return Outcome.APPLIED;
    }

    @Override
    public synchronized void skip(LogPosition next) {
        if (next.index() <= position.index()) {
            throw new IllegalStateException(next + " after " + position);
        }
        position = next;
    }

    @Override
    public synchronized long clockMillis() {
        return clock;
    }

    @Override
    public synchronized CompletableFuture<LogPosition> checkpoint() {
        disk = new Disk(position, List.copyOf(numbers), last, gap, clock);
        return CompletableFuture.completedFuture(position);
    }

    @Override
    public void close() {}

    synchronized List<Long> numbers() {
        return List.copyOf(numbers);
    }

    synchronized List<Mark> applied() {
        return List.copyOf(applied);
    }

    synchronized List<Mark> dropped() {
        return List.copyOf(dropped);
    }

    synchronized void fail() {
        failing = true;
    }
}
