/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.consensus.EntryFormat.Header;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A list of numbers as replicated state; its "disk" is what survives {@link #close}. */
final class MemoryState implements ReplicatedState {
    /** term, sequence, time, number of operations; each operation is one long. */
    static final EntryFormat FORMAT = new EntryFormat() {
        @Override
        public int headerBytes() {
            return 28;
        }

        @Override
        public void writeHeader(ByteBuffer target, Header header) {
            target.putLong(header.term())
                    .putLong(header.sequence())
                    .putLong(header.clockMillis())
                    .putInt(header.operations());
        }
    };

    private record Disk(LogPosition position, List<Long> numbers, long term, long sequence, boolean gap, long clock) {}

    private Disk disk = new Disk(LogPosition.NONE, List.of(), 0, 0, false, 0);
    private final List<Long> numbers = new ArrayList<>();
    private final List<Header> applied = new ArrayList<>();
    private final List<Header> dropped = new ArrayList<>();
    private LogPosition position = LogPosition.NONE;
    private long lastTerm;
    private long lastSequence;
    private boolean gap;
    private long clock;
    private boolean failing;

    /** An operation that adds one number. */
    static LogOperation number(long value) {
        return new LogOperation() {
            @Override
            public int encodedBytes() {
                return Long.BYTES;
            }

            @Override
            public void encode(ByteBuffer target) {
                target.putLong(value);
            }
        };
    }

    static ByteBuffer entry(long term, long sequence, long... values) {
        var bytes = ByteBuffer.allocate(FORMAT.headerBytes() + values.length * Long.BYTES);
        FORMAT.writeHeader(bytes, new Header(term, sequence, 1, values.length));
        for (var value : values) {
            bytes.putLong(value);
        }
        return bytes.flip();
    }

    @Override
    public synchronized LogPosition recover() {
        position = disk.position;
        numbers.clear();
        numbers.addAll(disk.numbers);
        lastTerm = disk.term;
        lastSequence = disk.sequence;
        gap = disk.gap;
        clock = disk.clock;
        return position;
    }

    @Override
    public synchronized Outcome apply(long index, long term, ByteBuffer entry) {
        if (failing) {
            throw new IllegalStateException("the disk under the state failed");
        }
        position = new LogPosition(term, index);
        var header = new Header(entry.getLong(), entry.getLong(), entry.getLong(), entry.getInt());
        if (header.term() != term) {
            dropped.add(header);
            return Outcome.DROPPED;
        }
        if (term != lastTerm) {
            lastTerm = term;
            lastSequence = 0;
            gap = false;
        }
        gap |= header.sequence() != lastSequence + 1;
        if (gap) {
            dropped.add(header);
            return Outcome.DROPPED;
        }
        lastSequence = header.sequence();
        clock = header.clockMillis();
        applied.add(header);
        while (entry.hasRemaining()) {
            numbers.add(entry.getLong());
        }
        return Outcome.APPLIED;
    }

    @Override
    public synchronized long clockMillis() {
        return clock;
    }

    @Override
    public synchronized CompletableFuture<LogPosition> checkpoint() {
        disk = new Disk(position, List.copyOf(numbers), lastTerm, lastSequence, gap, clock);
        return CompletableFuture.completedFuture(position);
    }

    @Override
    public void close() {}

    synchronized List<Long> numbers() {
        return List.copyOf(numbers);
    }

    synchronized List<Header> applied() {
        return List.copyOf(applied);
    }

    synchronized List<Header> dropped() {
        return List.copyOf(dropped);
    }

    synchronized void fail() {
        failing = true;
    }
}
