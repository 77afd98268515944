/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import io.quorummq.core.visibility.HiddenTotals;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.transaction.Transaction;

/** The queues that delayed messages are for, as the engine of time needs them. */
public interface Destinations {
    /** The queue with this id; empty if it was deleted, or is none whose messages may wait in a bucket. */
    Optional<Destination> find(long queueId);

    /** What is kept back in memory, in all queues together. */
    HiddenTotals hidden();

    /** The id that CMQ callers see of a message that is being stored under this number. */
    long shownId(Message message, long id);

    /** Has CMQ callers see the message, which is being stored under this number, under this id. */
    void show(Message message, long id, long shownId);

    /** One of them. */
    interface Destination {
        /** Where the message goes when it is due. */
        Queue queue();

        /** Messages that were stored first under a smaller number than this were deleted while they waited. */
        long clearedBelow();

        /** When the message has no place in its queue any more, due or not; {@link Long#MAX_VALUE} for never. */
        long expiresAt(Message message);

        /** Whether a message that has expired goes elsewhere instead of being deleted. */
        boolean keepsExpired();

        /** Has the message, which this transaction stores in the queue, go on with the count that it had. */
        void restoreCount(Transaction tx, Message stored, int deliveries, long firstReceived) throws Exception;
    }
}
