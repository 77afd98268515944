/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import io.quorummq.core.CmqError;
import io.quorummq.core.Limits;
import io.quorummq.core.message.QueueName;
import java.util.List;

/** Which queue may send its dead letters to which: one step only, to a queue that exists, few sources for each. */
final class DeadLetterRules {
    private DeadLetterRules() {}

    /** These attributes, with the dead-letter queue's name as that queue spells it; or a refusal. */
    static QueueAttributes checked(QueueName source, QueueAttributes attributes, List<QueueRecord> all, Limits limits) {
        var policy = attributes.deadLetterPolicy();
        if (policy.isEmpty()) {
            return attributes;
        }
        var name = policy.get().target();
        if (name.matches(source)) {
            throw CmqError.DEAD_LETTER_NESTED.because("deadLetterQueue", name, "another queue than the source");
        }
        var target = find(name, all);
        if (target.attributes().deadLetterPolicy().isPresent()) {
            throw CmqError.DEAD_LETTER_NESTED.because("deadLetterQueue", name, "a queue without a dead-letter queue");
        }
        if (!sourcesOf(source, all).isEmpty()) {
            throw CmqError.DEAD_LETTER_NESTED.because(
                    "queueName", source, "a queue that is not a dead-letter queue itself");
        }
        var others = sourcesOf(name, all).stream()
                .filter(queue -> !queue.name().matches(source))
                .count();
        if (others >= limits.deadLetterSources()) {
            throw CmqError.DEAD_LETTER_TOO_MANY_SOURCES.because(
                    "deadLetterQueue", name, "at most " + limits.deadLetterSources() + " sources");
        }
        return attributes.withDeadLetterPolicy(policy.get().withTarget(target.name()));
    }

    /** The queues whose dead letters go to this one. */
    static List<QueueRecord> sourcesOf(QueueName target, List<QueueRecord> all) {
        return all.stream()
                .filter(queue -> queue.attributes()
                        .deadLetterPolicy()
                        .filter(policy -> policy.target().matches(target))
                        .isPresent())
                .toList();
    }

    private static QueueRecord find(QueueName name, List<QueueRecord> all) {
        return all.stream()
                .filter(queue -> queue.name().equals(name))
                .findFirst()
                .or(() ->
                        all.stream().filter(queue -> queue.name().matches(name)).findFirst())
                .orElseThrow(() -> CmqError.DEAD_LETTER_QUEUE_NOT_FOUND.because("deadLetterQueue", name));
    }
}
