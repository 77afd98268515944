/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.queue.DeadLetterPolicy;
import io.quorummq.core.queue.QueueAttributes;
import io.quorummq.core.queue.QueueRecord;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.jspecify.annotations.Nullable;

/** What CMQ's attributes of a queue say about one of its messages; they bind only a queue that CMQ has touched. */
final class QueueRules {
    private volatile @Nullable QueueRecord record;

    /** What CMQ knows of the queue; empty where CMQ may not see it. */
    Optional<QueueRecord> record() {
        return Optional.ofNullable(record);
    }

    void record(QueueRecord newRecord) {
        record = newRecord;
    }

    /** The attributes that bind senders and consumers of every protocol. */
    Optional<QueueAttributes> governing() {
        return record().filter(QueueRecord::governed).map(QueueRecord::attributes);
    }

    /** Where a message goes that was handed out too often, if anywhere. */
    Optional<SimpleString> deadLetterByCount(MessageReference ref) {
        return policy(DeadLetterPolicy.ByReceiveCount.class)
                .filter(policy -> ref.getDeliveryCount() >= policy.maxReceiveCount())
                .map(QueueRules::target);
    }

    /** Whether receive counts decide here, and not what {@code broker.xml} says of delivery attempts. */
    boolean countsReceives() {
        return policy(DeadLetterPolicy.ByReceiveCount.class).isPresent();
    }

    /** Where a message goes that grew too old, if anywhere. */
    Optional<SimpleString> deadLetterByAge() {
        return policy(DeadLetterPolicy.ByAge.class).map(QueueRules::target);
    }

    /** Whether retention or dead-lettering by age says that this message has no place here any more. */
    boolean isTooOld(MessageReference ref, long now) {
        if (governing().isEmpty()) {
            return false; // without a look at the message, which may have to be decoded for it
        }
        return expiresAt(ref.getMessage()) <= now;
    }

    /**
     * When the message has no place here any more; {@link Long#MAX_VALUE} for never. The age of a delayed message begins when
     * it is due: else one that is delayed for longer than it is kept could never be received.
     */
    long expiresAt(Message message) {
        var attributes = governing().orElse(null);
        var enqueued = MessageMapper.enqueuedMillis(message);
        if (attributes == null || enqueued <= 0) {
            return Long.MAX_VALUE;
        }
        var longest = attributes.retention().toMillis();
        var byAge = policy(DeadLetterPolicy.ByAge.class)
                .map(policy -> policy.maxTimeToLive().toMillis())
                .orElse(longest);
        return Math.max(enqueued, MessageMapper.dueMillis(message)) + Math.min(longest, byAge);
    }

    private <P extends DeadLetterPolicy> Optional<P> policy(Class<P> kind) {
        return governing()
                .flatMap(QueueAttributes::deadLetterPolicy)
                .filter(kind::isInstance)
                .map(kind::cast);
    }

    private static SimpleString target(DeadLetterPolicy policy) {
        return SimpleString.of(policy.target().value());
    }
}
