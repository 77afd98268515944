/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.visibility.Lease;
import io.quorummq.core.visibility.VisibilityTable;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.journal.IOCompletion;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.persistence.impl.journal.OperationContextImpl;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.impl.AckReason;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.core.transaction.TransactionOperationAbstract;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The leases of one queue: what its table says, its journal says too. */
final class Leases {
    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);
    /** Beside the message, as measured: the lease, its places in the table, and what a page keeps of a message that was read. */
    private static final long LEASE_BYTES = 362;

    private static final long PAGED_LEASE_BYTES = 1200;

    private final GateQueue queue;
    private final ActiveMQServer server;
    private final StorageManager storage;
    private final Visibility shared;
    private final VisibilityTable<MessageReference> table;
    private final LeaseJournal journal;
    private final Map<Long, MessageReference> reloaded = new HashMap<>();

    Leases(GateQueue queue, ActiveMQServer server, StorageManager storage, Visibility shared) {
        this.queue = queue;
        this.server = server;
        this.storage = storage;
        this.shared = shared;
        this.table = queue.table();
        this.journal = new LeaseJournal(storage);
    }

    /**
     * Hides a message under a new lease and counts the receive.
     *
     * @param sync whether the caller waits for this record; true for the last one of a batch
     */
    Lease grant(MessageReference ref, long visibilityMillis, boolean sync, IOCompletion completion) throws Exception {
        var now = shared.now();
        var known = table.lease(ref.getMessageID());
        var lease = new Lease(
                known.map(Lease::recordId).orElseGet(storage::generateID),
                ref.getMessageID(),
                ref.isPaged(),
                shared.newHandle(),
                now + visibilityMillis,
                ref.getDeliveryCount() + 1,
                known.map(Lease::firstReceived).filter(first -> first > 0).orElse(now));
        // first, because after an exception the message goes back to the queue
        journal.store(queue.getID(), lease, known.isEmpty(), sync, completion);
        ref.incrementDeliveryCount();
        ref.setInDelivery(false);
        table.lease(ref, bytes(ref), lease);
        return lease;
    }

    /** What a message takes of the heap while it is leased. */
    static long bytes(MessageReference ref) {
        return ref.getMessageMemoryEstimate() + (ref.isPaged() ? PAGED_LEASE_BYTES : LEASE_BYTES);
    }

    /** The lease of this handle, if it was loaded and its message has not been read from its page since. */
    Optional<Lease> claimUnread(long handle) {
        return table.claimUnread(handle, shared.now());
    }

    /**
     * Deletes a leased message that has not been read from its page since the engine started, because what lies before
     * it fills the memory that Artemis reads pages into. Reads the pages up to it, in the background.
     *
     * @return a future of whether the message was there; complete when its deletion is durable
     */
    CompletableFuture<Boolean> deleteUnread(Lease lease) {
        var deleted = new CompletableFuture<Boolean>();
        // where pages are read, so that no reader comes in between
        queue.getPageSubscription().getPagingStore().execute(() -> {
            try (var operation = new Operation(server)) {
                var found = takeUnread(lease);
                operation.whenDurable(() -> deleted.complete(found), deleted::completeExceptionally);
            } catch (Throwable e) {
                table.unclaim(lease.messageId());
                queue.ring();
                deleted.completeExceptionally(e);
            }
        });
        return deleted;
    }

    private boolean takeUnread(Lease lease) throws Exception {
        var readMeanwhile = table.takeClaimed(lease.messageId());
        if (readMeanwhile.isPresent()) {
            queue.acknowledge(null, readMeanwhile.get(), AckReason.NORMAL, null, false);
            return true;
        }
        try (var pages = queue.getPageSubscription().iterator()) {
            while (pages.hasNext()) {
                var ref = pages.next();
                if (ref.getMessageID() == lease.messageId()) {
                    queue.acknowledge(null, ref, AckReason.NORMAL, null, false);
                    pages.remove();
                    return true;
                }
            }
        }
        table.unclaim(lease.messageId());
        return false;
    }

    /** Notes the count, and the delay if there is one, of a message that a JMS or AMQP consumer gave back. */
    void remember(MessageReference ref, long delayMillis) throws Exception {
        var known = table.lease(ref.getMessageID());
        if (delayMillis == 0 && known.map(Lease::receiveCount).orElse(0) == ref.getDeliveryCount()) {
            return; // prefetched and given back unseen
        }
        var now = shared.now();
        var lease = new Lease(
                known.map(Lease::recordId).orElseGet(storage::generateID),
                ref.getMessageID(),
                ref.isPaged(),
                Lease.NO_HANDLE,
                delayMillis > 0 ? now + delayMillis : 0,
                ref.getDeliveryCount(),
                known.map(Lease::firstReceived).orElse(now));
        table.remember(lease);
        // as Artemis stores the count of a message in memory: who is told that the roll-back is done may rely on it
        journal.store(queue.getID(), lease, known.isEmpty(), true, waiting());
    }

    /** Who waits for what is stored: the caller's operation, or, where there is none, the end of the roll-back. */
    private static IOCompletion waiting() {
        var operation = OperationContextImpl.getContext();
        return operation != null ? operation : GivenBack.ofThisThread();
    }

    /** Has a message that this transaction stores in the queue go on with the count that it had before it was delayed. */
    void restore(Transaction tx, Message stored, int deliveries, long firstReceived) throws Exception {
        var lease = new Lease(
                storage.generateID(),
                stored.getMessageID(),
                stored.isPaged(),
                Lease.NO_HANDLE,
                0,
                deliveries,
                firstReceived);
        journal.store(tx.getID(), queue.getID(), lease);
        tx.setContainsPersistent();
        table.remember(lease); // before the message can come out
        tx.addOperation(new TransactionOperationAbstract() {
            @Override
            public void afterRollback(Transaction rolledBack) {
                table.forget(lease.messageId());
            }
        });
    }

    /** The message goes with this transaction, and its lease with it. */
    void end(Transaction tx, Lease lease) throws Exception {
        journal.delete(tx.getID(), lease);
        tx.setContainsPersistent();
        forgetAfterCommit(tx, lease);
    }

    /** The message is gone. */
    void end(Lease lease) throws Exception {
        journal.delete(lease);
        table.forget(lease.messageId());
    }

    void forgetAfterCommit(Transaction tx, Lease lease) {
        tx.addOperation(new TransactionOperationAbstract() {
            @Override
            public void afterCommit(Transaction committed) {
                table.forget(lease.messageId());
            }
        });
    }

    /** Remembers what was read from the journal; later records of a message replace earlier ones. */
    void load(Lease lease) {
        table.load(lease, shared.now());
    }

    /** Notes a message that was read from the journal, if it has a lease. */
    void reloaded(MessageReference ref) {
        if (table.lease(ref.getMessageID()).isPresent()) {
            reloaded.put(ref.getMessageID(), ref);
        }
    }

    /** Runs once the journal was read: counts that the loader overwrote, and leases without a message. */
    void loaded() {
        for (var lease : table.leases()) {
            var ref = reloaded.get(lease.messageId());
            if (ref != null) {
                ref.setDeliveryCount(Math.max(ref.getDeliveryCount(), lease.receiveCount()));
            }
        }
        var orphans = table.leases().stream()
                .filter(lease -> !lease.paged() && !reloaded.containsKey(lease.messageId()))
                .toList();
        for (var orphan : orphans) {
            table.forget(orphan.messageId());
            deleteRecord(orphan.recordId());
        }
        if (!orphans.isEmpty()) {
            LOG.info("Queue {}: dropped {} lease records whose messages are gone", queue.getName(), orphans.size());
        }
    }

    /** Runs once the rules of the queues are known as well. */
    void holdWhatLeaves() {
        queue.holdWhatLeaves(reloaded.values());
        reloaded.clear();
    }

    /** Drops a record that belongs to nothing any more. */
    void deleteRecord(long recordId) {
        try {
            storage.deleteMapRecord(recordId, false);
        } catch (Exception e) {
            LOG.warn("Queue {}: lease record {} could not be deleted", queue.getName(), recordId, e);
        }
    }
}
