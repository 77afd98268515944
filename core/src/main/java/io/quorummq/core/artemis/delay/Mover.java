/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import io.quorummq.core.artemis.delay.Destinations.Destination;
import io.quorummq.core.artemis.delay.DurableCommit.StoreEnded;
import io.quorummq.core.artemis.delay.Fates.Fate;
import io.quorummq.core.delay.DelayIndex;
import io.quorummq.core.delay.DelayMeter;
import io.quorummq.core.delay.Wheel;
import io.quorummq.core.delay.Wheel.Bucket;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.apache.activemq.artemis.api.core.ActiveMQAddressFullException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.persistence.impl.journal.LargeServerMessageImpl;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.impl.AckReason;
import org.apache.activemq.artemis.core.server.impl.RoutingContextImpl;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.core.transaction.TransactionOperationAbstract;
import org.apache.activemq.artemis.core.transaction.impl.TransactionImpl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves messages out of buckets: a copy to where each goes and the acknowledgement of what lay in the bucket, in one
 * transaction, so that a crash at any point leaves it in one place.
 */
final class Mover {
    private static final Logger LOG = LoggerFactory.getLogger(Mover.class);

    private final ActiveMQServer server;
    private final Destinations destinations;
    private final Buckets buckets;
    private final DelayIndex index;
    private final DelayMeter meter;
    private final Fates fates;
    private final InstantSource clock;
    private volatile @Nullable DurableCommit current;
    private volatile boolean stopped;

    Mover(
            ActiveMQServer server,
            Destinations destinations,
            Buckets buckets,
            DelayIndex index,
            DelayMeter meter,
            Fates fates,
            InstantSource clock) {
        this.server = server;
        this.destinations = destinations;
        this.buckets = buckets;
        this.index = index;
        this.meter = meter;
        this.fates = fates;
        this.clock = clock;
    }

    /**
     * Does with each of these messages what is to be done now, in this order; returns when that is durable.
     *
     * @return those that could not be moved and stay where they were
     */
    List<Waiting> move(List<Waiting> batch) {
        try {
            moveTogether(batch);
            return List.of();
        } catch (StoreEnded e) {
            throw e;
        } catch (Exception e) {
            LOG.debug("{} messages cannot be moved together, so each alone", batch.size(), e);
        }
        return moveEach(batch);
    }

    private List<Waiting> moveEach(List<Waiting> batch) {
        var stuck = new ArrayList<Waiting>();
        var full = new HashSet<Long>();
        Exception reason = null;
        for (var waiting : batch) {
            if (!Collections.disjoint(full, waiting.ticket().queues())) {
                stuck.add(waiting);
                continue;
            }
            try {
                moveTogether(List.of(waiting));
            } catch (StoreEnded e) {
                throw e;
            } catch (Exception e) {
                stuck.add(waiting);
                reason = reason == null ? e : reason;
                if (e instanceof ActiveMQAddressFullException) {
                    full.addAll(waiting.ticket().queues());
                }
            }
        }
        if (reason != null) {
            var first = stuck.get(0);
            LOG.error(
                    "{} messages, the first one {}, due at {}, cannot be moved out of {}; they are tried again",
                    stuck.size(),
                    first.ticket().firstId(),
                    first.ticket().due(),
                    first.bucket().getName(),
                    reason);
        }
        return stuck;
    }

    private void moveTogether(List<Waiting> batch) throws Exception {
        var now = clock.millis();
        inOneTransaction(tx -> {
            var decided = new ArrayList<Fate>();
            for (var waiting : batch) {
                var fate = fates.at(now, waiting.ticket(), waiting.ref().getMessage());
                put(waiting, fate, now, tx);
                decided.add(fate);
            }
            for (var i = 0; i < batch.size(); i++) {
                take(batch.get(i), decided.get(i), tx);
            }
        });
    }

    /** Deletes these messages as far as they are for this queue; returns when that is durable. */
    void withdraw(List<Waiting> messages, long queueId) {
        var now = clock.millis();
        try {
            inOneTransaction(tx -> {
                var decided = new ArrayList<Fate>();
                for (var waiting : messages) {
                    var stay = fates.wanting(waiting.ticket()).stream()
                            .filter(id -> id != queueId)
                            .toList();
                    var fate = new Fate(List.of(), stay);
                    put(waiting, fate, now, tx);
                    decided.add(fate);
                }
                for (var i = 0; i < messages.size(); i++) {
                    take(messages.get(i), decided.get(i), tx);
                }
            });
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("delayed messages of queue " + queueId + " cannot be deleted", e);
        }
    }

    private void inOneTransaction(Work work) throws Exception {
        if (stopped || !server.isStarted()) {
            throw new StoreEnded(null);
        }
        var commit = new DurableCommit(server);
        current = commit;
        try (commit) {
            var tx = new TransactionImpl(storage());
            try {
                work.in(tx);
            } catch (Exception e) {
                tx.rollback();
                throw e;
            }
            tx.commit();
        }
        if (stopped) {
            commit.giveUp();
        }
        commit.await();
    }

    /** Has {@link #move} wait no longer for what it has handed to the store. */
    void stop() {
        stopped = true;
        var waitedFor = current;
        if (waitedFor != null) {
            waitedFor.giveUp();
        }
    }

    private void put(Waiting waiting, Fate fate, long now, Transaction tx) throws Exception {
        var ticket = waiting.ticket();
        var original = waiting.ref().getMessage();
        if (!fate.deliver().isEmpty()) {
            deliver(fate.deliver(), original, ticket, tx);
        }
        if (!fate.stay().isEmpty()) {
            var rest = new Ticket(
                    ticket.firstId(),
                    ticket.shownId(),
                    ticket.due(),
                    ticket.deliveries(),
                    ticket.firstReceived(),
                    fate.stay());
            store(original, rest, Wheel.moveOn(wake(rest, original), now), tx);
        }
    }

    /** After all else in the transaction that may fail: Artemis passes over the message from now on, rolled back or not. */
    private void take(Waiting waiting, Fate fate, Transaction tx) throws Exception {
        var ticket = waiting.ticket();
        waiting.bucket().acknowledge(tx, waiting.ref(), AckReason.NORMAL, null, false);
        tx.addOperation(new TransactionOperationAbstract() {
            @Override
            public void afterCommit(Transaction committed) {
                index.remove(waiting.bucket().bucket(), fates.wanting(ticket));
                if (!fate.stay().isEmpty()) {
                    meter.movedOn();
                } else if (!fate.deliver().isEmpty()) {
                    meter.delivered(clock.millis() - ticket.due());
                }
            }
        });
    }

    private StorageManager storage() {
        return server.getStorageManager();
    }

    private long wake(Ticket ticket, Message message) {
        return fates.wake(ticket, message);
    }

    private void deliver(List<Destination> to, Message original, Ticket ticket, Transaction tx) throws Exception {
        var copy = copyOf(original);
        Ticket.detachFrom(copy);
        destinations.show(copy, copy.getMessageID(), ticket.shownId());
        route(copy, to.stream().map(Destination::queue).toList(), tx);
        if (ticket.deliveries() > 0) {
            for (var destination : to) {
                destination.restoreCount(tx, copy, ticket.deliveries(), ticket.firstReceived());
            }
        }
    }

    /** Puts a copy of the message into a bucket when the transaction commits. */
    private void store(Message original, Ticket ticket, Bucket bucket, Transaction tx) throws Exception {
        var copy = copyOf(original);
        ticket.attachTo(copy);
        var due = wake(ticket, original);
        route(copy, List.of(buckets.get(bucket)), tx);
        tx.addOperation(new TransactionOperationAbstract() {
            @Override
            public void afterCommit(Transaction committed) {
                index.add(bucket, fates.wanting(ticket), due);
            }

            @Override
            public void afterRollback(Transaction rolledBack) {
                index.stays(bucket, due); // the copy takes its place on the page until somebody looks at it
            }
        });
    }

    private Message copyOf(Message original) throws Exception {
        var copy = original.copy(storage().generateID());
        return LargeServerMessageImpl.checkLargeMessage(copy, storage());
    }

    private void route(Message copy, List<? extends Queue> queues, Transaction tx) throws Exception {
        var context = new RoutingContextImpl(tx);
        for (var queue : queues) {
            context.addQueue(queue.getAddress(), queue);
        }
        server.getPostOffice().processRoute(copy, context, false);
    }

    /**
     * Moves a message that a consumer gave back, and that is to be delivered again much later, from its queue to a bucket.
     */
    void postpone(Queue queue, MessageReference ref, Ticket ticket) throws Exception {
        var tx = new TransactionImpl(storage());
        try {
            store(ref.getMessage(), ticket, Wheel.place(wake(ticket, ref.getMessage()), clock.millis()), tx);
            queue.acknowledge(tx, ref, AckReason.NORMAL, null, true);
        } catch (Exception e) {
            tx.rollback();
            throw e;
        }
        tx.commit();
    }

    @FunctionalInterface
    private interface Work {
        void in(Transaction tx) throws Exception;
    }
}
