/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import io.quorummq.core.message.DeduplicationId;
import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.MessageId;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.message.QueueName;
import io.quorummq.core.message.ReceiptHandle;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What the CMQ rules need of the broker that keeps the queues.
 *
 * <p>A stage that completes normally means that the effect is durable. Stages fail with {@link
 * io.quorummq.core.CmqException} where CMQ has an answer for the case; any other failure is a bug or a broker that is
 * stopping, and the outcome of the call is unknown. No method blocks on storage; stages complete on pool threads, which
 * may write an answer but must not wait for anything.
 */
public interface Broker {
    /** Every durable queue that CMQ callers may see, ordered by name without regard to case. */
    List<QueueRecord> queues();

    /** The queue of exactly this name, else the one that differs from it in case alone. */
    Optional<QueueRecord> find(QueueName name);

    /** Creates a governed queue; fails with 4460/10210 if one of exactly this name has come up meanwhile. */
    CompletionStage<QueueRecord> create(QueueName name, QueueAttributes attributes);

    /** Replaces the attributes of a queue, which is governed from then on. */
    CompletionStage<QueueRecord> update(QueueRecord queue, QueueAttributes attributes);

    /** Deletes the queue with all its messages and leases; waiting receives end empty. */
    CompletionStage<Void> delete(QueueRecord queue);

    /** Deletes every message of the queue in any state: visible, leased, delayed. */
    CompletionStage<Void> clear(QueueRecord queue);

    /** The queue's counts now. */
    QueueCounts counts(QueueRecord queue);

    /** What is delayed and leased in all queues now, those that no CMQ caller sees included. */
    TimeFigures timeFigures();

    /**
     * Stores all messages in one atomic step; the ids come in the order of the messages. Refuses with 4410/10240 what
     * {@link SendRules#checkRoom} says does not fit, and with 6070/10690 too many delayed messages.
     */
    CompletionStage<List<MessageId>> send(QueueRecord queue, List<NewMessage> messages);

    /**
     * As {@link #send}, unless messages were sent to the queue under this id before, by whatever protocol, and the queue
     * still remembers it: then stores nothing, and completes as the first send did, once that is durable. The ids follow
     * from queue and id, so that a repetition is answered with the same ones. A send that failed leaves its id unused.
     */
    CompletionStage<List<MessageId>> sendOnce(QueueRecord queue, List<NewMessage> messages, DeduplicationId id);

    /**
     * Leases up to {@code max} visible messages for the queue's visibility time, waiting up to {@code wait} for the
     * first one; completes with an empty list when there was none. Holds no thread while it waits. Fails with {@link
     * BrokerClosedException} if the broker is closed before a message was leased.
     *
     * <p>A caller that has gone away cancels the future: a message whose lease was not recorded yet goes back
     * uncounted.
     */
    CompletableFuture<List<Delivery>> receive(QueueRecord queue, int max, Duration wait);

    /**
     * Deletes the messages that these handles lease, in one step; completes with the handles that are unknown, outdated
     * or expired, in the order given.
     */
    CompletionStage<List<ReceiptHandle>> deleteLeased(QueueRecord queue, List<ReceiptHandle> handles);
}
