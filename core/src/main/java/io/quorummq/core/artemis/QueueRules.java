/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.queue.DeadLetterPolicy;
import io.quorummq.core.queue.QueueAttributes;
import io.quorummq.core.queue.QueueRecord;
import java.util.Optional;
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
        var attributes = governing().orElse(null);
        if (attributes == null) {
            return false;
        }
        var enqueued = MessageMapper.enqueuedMillis(ref.getMessage());
        if (enqueued <= 0) {
            return false;
        }
        var age = now - enqueued;
        return age >= attributes.retention().toMillis()
                || policy(DeadLetterPolicy.ByAge.class)
                        .filter(policy -> age >= policy.maxTimeToLive().toMillis())
                        .isPresent();
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
