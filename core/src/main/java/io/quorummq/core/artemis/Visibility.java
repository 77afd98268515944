/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.artemis.delay.DelayEngine;
import io.quorummq.core.delay.DelayMeter;
import io.quorummq.core.visibility.HiddenTotals;
import io.quorummq.core.visibility.VisibilityTable;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.apache.activemq.artemis.core.journal.RecordInfo;
import org.jspecify.annotations.Nullable;

/** What the gates of one engine's queues share, and how they get their leases back when the engine starts. */
final class Visibility {
    private final InstantSource clock;
    private final RandomGenerator random;
    private final EngineSettings settings;
    private final Map<Long, GateQueue> queues = new ConcurrentHashMap<>();
    private final List<Long> recordsWithoutQueue = new ArrayList<>();
    private final HiddenTotals totals = new HiddenTotals();
    private final DelayMeter delayMeter = new DelayMeter();
    private Runnable afterLoad = () -> {};
    private @Nullable DelayEngine delays;
    private volatile boolean serving;

    Visibility(EngineSettings settings, InstantSource clock, RandomGenerator random) {
        this.settings = settings;
        this.clock = clock;
        this.random = random;
    }

    long now() {
        return clock.millis();
    }

    InstantSource clock() {
        return clock;
    }

    DelayMeter delayMeter() {
        return delayMeter;
    }

    /** Where the messages of these queues wait that are due later. */
    DelayEngine delays() {
        if (delays == null) {
            throw new IllegalStateException("the engine has no delays yet");
        }
        return delays;
    }

    void delays(DelayEngine engine) {
        delays = engine;
    }

    EngineSettings settings() {
        return settings;
    }

    /** A new receipt handle: positive, so that its decimal text is that of a uint64 as well. */
    long newHandle() {
        return random.nextLong(1, Long.MAX_VALUE);
    }

    /** By lot, between these two. */
    double random(double from, double below) {
        return random.nextDouble(from, below);
    }

    HiddenTotals totals() {
        return totals;
    }

    /**
     * How many more messages may be leased: of a queue with this table, and of the whole broker. What is counted between two
     * looks may cross a bound; so each batch looks once more when it is handed out.
     *
     * @param bytes what each message takes, in the order in which they are leased
     */
    int leasesThatFit(VisibilityTable<?> table, LongStream bytes) {
        var inQueue = new Room(
                settings.leasedMessagesMax() - table.leased(), settings.leasedBytesMax() - table.leasedBytes());
        var inBroker = new Room(
                settings.brokerLeasedMessagesMax() - totals.leased(),
                settings.brokerLeasedBytesMax() - totals.leasedBytes());
        var fit = 0;
        for (var sizes = bytes.iterator(); sizes.hasNext() && inQueue.isOpen() && inBroker.isOpen(); fit++) {
            var size = sizes.nextLong();
            inQueue = inQueue.without(size);
            inBroker = inBroker.without(size);
        }
        return fit;
    }

    /** Whether clients are let in, so that messages may leave their queues. */
    boolean isServing() {
        return serving;
    }

    void register(GateQueue queue) {
        queues.put(queue.getID(), queue);
    }

    void unregister(GateQueue queue) {
        queues.remove(queue.getID(), queue);
        queue.table().close();
        delays().forget(queue.getID());
    }

    Optional<GateQueue> queue(long id) {
        return Optional.ofNullable(queues.get(id));
    }

    Collection<GateQueue> queues() {
        return queues.values();
    }

    /** Takes a record that Artemis does not know; called for each, in order, once the queues exist. */
    void load(RecordInfo record) {
        if (record.getUserRecordType() != LeaseJournal.RECORD_TYPE) {
            return;
        }
        var stored = LeaseJournal.decode(record);
        var queue = queues.get(stored.queueId());
        if (queue == null) {
            recordsWithoutQueue.add(record.id);
        } else {
            queue.leases().load(stored.lease());
        }
    }

    /** Runs this once everything is loaded, before any message moves and any client is let in. */
    void afterLoad(Runnable task) {
        afterLoad = task;
    }

    /** Gives the loaded messages their counts, and drops leases whose message is gone. */
    void loaded() {
        for (var queue : queues.values()) {
            queue.leases().loaded();
        }
        recordsWithoutQueue.stream().distinct().forEach(this::deleteOrphan);
        recordsWithoutQueue.clear();
        afterLoad.run();
        for (var queue : queues.values()) {
            queue.leases().holdWhatLeaves();
        }
    }

    /** Lets the messages go whose time came while the engine was started. */
    void serve() {
        serving = true;
        queues.values().forEach(GateQueue::ring);
    }

    private void deleteOrphan(long recordId) {
        queues.values().stream().findAny().ifPresent(any -> any.leases().deleteRecord(recordId));
    }

    /** What a bound leaves: the message that reaches the bound of bytes is the last one. */
    private record Room(long messages, long bytes) {
        boolean isOpen() {
            return messages > 0 && bytes > 0;
        }

        Room without(long size) {
            return new Room(messages - 1, bytes - size);
        }
    }
}
