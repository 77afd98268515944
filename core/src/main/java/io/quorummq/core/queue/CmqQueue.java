/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import io.quorummq.core.CmqError;
import io.quorummq.core.message.DeduplicationId;
import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.MessageId;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.message.ReceiptHandle;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One queue as CMQ callers use it: the rules of its calls, then the broker. Refuses by throwing {@link
 * io.quorummq.core.CmqException} or by a stage that fails with one. Meant for one call, not to be kept.
 */
public final class CmqQueue {
    private final Broker broker;
    private final QueueRecord queue;
    private final Queues queues;

    CmqQueue(Broker broker, QueueRecord queue, Queues queues) {
        this.broker = broker;
        this.queue = queue;
        this.queues = queues;
    }

    /** What was known of the queue when this call began. */
    public QueueRecord queue() {
        return queue;
    }

    /** The queue's counts now. */
    public QueueCounts counts() {
        return broker.counts(queue);
    }

    /** Changes what the caller gave and leaves the rest; the queue is governed from then on. */
    public CompletionStage<CmqQueue> set(AttributeChanges changes) {
        return queues.change(broker, queue.name(), (now, all) -> {
            var after = changes.applyTo(now.attributes(), queues.limits());
            if (changes.changeDeadLetterPolicy()) {
                after = DeadLetterRules.checked(now.name(), after, all, queues.limits());
            }
            return update(now, after);
        });
    }

    /** Ends dead-lettering; refuses with 4000/10730 when there is none. */
    public CompletionStage<CmqQueue> unbindDeadLetterQueue() {
        return queues.change(broker, queue.name(), (now, all) -> {
            if (now.attributes().deadLetterPolicy().isEmpty()) {
                throw CmqError.DEAD_LETTER_QUEUE_NOT_FOUND.because("queueName", now.name());
            }
            return update(now, now.attributes().withoutDeadLetterPolicy());
        });
    }

    /** Deletes the queue and all it holds; refuses with 4000/10750 while it is the dead-letter queue of another. */
    public CompletionStage<Void> delete() {
        return queues.change(broker, queue.name(), (now, all) -> {
            if (!DeadLetterRules.sourcesOf(now.name(), all).isEmpty()) {
                throw CmqError.DEAD_LETTER_TARGET_IN_USE.because("queueName", now.name());
            }
            return broker.delete(now);
        });
    }

    /** Deletes every message of the queue in any state. */
    public CompletionStage<Void> clear() {
        return broker.clear(queue);
    }

    /**
     * Stores the messages in one atomic step. Refuses the whole call for one message that is empty (4000/10120), too
     * large (4400/10230) or delayed too long (4000/10692), for too many of them (4000/10370) or too many bytes together
     * (4470/10300), and when the queue is full (4410/10240).
     */
    public CompletionStage<List<MessageId>> send(List<NewMessage> messages) {
        check(messages);
        return broker.send(queue, messages);
    }

    /** As {@link #send}, but stores nothing if messages were sent under this id before; see {@link Broker#sendOnce}. */
    public CompletionStage<List<MessageId>> sendOnce(List<NewMessage> messages, DeduplicationId id) {
        check(messages);
        return broker.sendOnce(queue, messages, id);
    }

    private void check(List<NewMessage> messages) {
        checkBatch("msgBody", messages.size());
        var rules = SendRules.of(queue);
        var total = 0L;
        for (var message : messages) {
            total += checkedSize(message, rules);
        }
        if (messages.size() > 1 && total > queues.limits().batchBytes()) {
            throw CmqError.BATCH_TOO_LARGE.because(
                    "msgBody bytes", total, "at most " + queues.limits().batchBytes());
        }
    }

    /**
     * Leases up to {@code max} messages, waiting for the first one as long as the caller or else the queue says;
     * completes with an empty list when there was none. Cancel the future when nobody waits for it any more.
     */
    public CompletableFuture<List<Delivery>> receive(int max, Duration wait) {
        if (max < 1 || max > queues.limits().batchMessages()) {
            throw CmqError.BATCH_SIZE.because(
                    "numOfMsg", max, "1 to " + queues.limits().batchMessages());
        }
        return broker.receive(queue, max, wait);
    }

    /**
     * Deletes the messages that these handles lease, in one step; completes with the handles that lease none, in the
     * order given, each as often as it was given.
     */
    public CompletionStage<List<ReceiptHandle>> delete(List<ReceiptHandle> handles) {
        checkBatch("receiptHandle", handles.size());
        var distinct = handles.stream().distinct().toList();
        return broker.deleteLeased(queue, distinct).thenApply(refused -> {
            if (refused.isEmpty()) {
                return refused;
            }
            var invalid = new HashSet<>(refused);
            return handles.stream().filter(invalid::contains).toList();
        });
    }

    /** How long a receive waits that names no time of its own. */
    public Duration pollingWait() {
        return queue.attributes().pollingWait();
    }

    /** The id that CMQ answers for this queue's dead-letter queue. */
    public Optional<String> deadLetterQueueId() {
        return queue.attributes().deadLetterPolicy().map(policy -> queues.idOf(policy.target()));
    }

    private CompletionStage<CmqQueue> update(QueueRecord now, QueueAttributes after) {
        return broker.update(now, after).thenApply(updated -> new CmqQueue(broker, updated, queues));
    }

    private void checkBatch(String parameter, int size) {
        if (size < 1 || size > queues.limits().batchMessages()) {
            throw CmqError.BATCH_SIZE.because(
                    parameter, size, "1 to " + queues.limits().batchMessages());
        }
    }

    private int checkedSize(NewMessage message, SendRules rules) {
        var size = message.size();
        if (size == 0) {
            throw CmqError.EMPTY_BODY.exception();
        }
        if (size > queues.limits().messageBytes()) {
            throw CmqError.MESSAGE_TOO_LARGE.because(
                    "message bytes", size, "at most " + queues.limits().messageBytes());
        }
        rules.checkSize(size);
        if (message.delay().compareTo(queues.limits().delay()) > 0) {
            throw CmqError.DELAY_OUT_OF_RANGE.because(
                    "delaySeconds",
                    message.delay().toSeconds(),
                    "0 to " + queues.limits().delay().toSeconds());
        }
        return size;
    }
}
