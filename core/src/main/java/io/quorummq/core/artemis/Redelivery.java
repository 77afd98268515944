/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.visibility.Lease;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of a message that a JMS or AMQP consumer gave back: CMQ's policy of the queue, else {@code broker.xml}. */
final class Redelivery {
    private static final Logger LOG = LoggerFactory.getLogger(Redelivery.class);

    private final GateQueue queue;
    private final QueueRules rules;
    private final DeadLetters deadLetters;
    private final Visibility shared;

    Redelivery(GateQueue queue, QueueRules rules, DeadLetters deadLetters, Visibility shared) {
        this.queue = queue;
        this.rules = rules;
        this.deadLetters = deadLetters;
        this.shared = shared;
    }

    /**
     * Moves a message that was delivered too often to where its queue sends it. An exception would leave it in no queue, because
     * the caller is a roll-back, which nothing rolls back.
     *
     * @return false when it returns to its queue
     */
    boolean endsFor(MessageReference ref, AddressSettings settings) {
        try {
            return deadLettered(ref, settings);
        } catch (Exception e) {
            LOG.error(
                    "Queue {}: message {} stays instead of being dead-lettered",
                    queue.getName(),
                    ref.getMessageID(),
                    e);
            return false;
        }
    }

    private boolean deadLettered(MessageReference ref, AddressSettings settings) throws Exception {
        if (rules.countsReceives()) {
            var target = rules.deadLetterByCount(ref);
            return target.isPresent() && deadLetters.move(queue, ref, target.get(), true);
        }
        var attempts = settings.getMaxDeliveryAttempts();
        return attempts > 0
                && ref.getDeliveryCount() >= attempts
                && deadLetters.canTake(settings)
                && queue.sendToDeadLetterAddress(null, ref);
    }

    /**
     * Whether the message went to wait elsewhere, because it is to be delivered again much later than in a moment. Where it cannot
     * go there it waits in memory: an exception would leave it in no queue.
     */
    boolean isPostponed(MessageReference ref, long delayMillis) {
        try {
            return postponed(ref, delayMillis);
        } catch (Exception e) {
            LOG.error(
                    "Queue {}: message {} waits in memory, because it cannot be put elsewhere",
                    queue.getName(),
                    ref.getMessageID(),
                    e);
            return false;
        }
    }

    private boolean postponed(MessageReference ref, long delayMillis) throws Exception {
        var due = shared.now() + delayMillis;
        var id = ref.getMessageID();
        if (!ref.isDurable()
                || new DelayTargets(shared).find(queue.getID()).isEmpty()
                || shared.delays().isNear(due)) {
            return false;
        }
        var firstReceived = queue.table().lease(id).map(Lease::firstReceived).orElse(0L);
        shared.delays()
                .postpone(
                        queue,
                        ref,
                        due,
                        ref.getDeliveryCount(),
                        firstReceived,
                        MessageMapper.shownId(ref.getMessage(), id).value());
        return true;
    }

    /** How long the message waits before it is delivered again, in milliseconds. */
    long delay(AddressSettings settings, int deliveryCount) {
        var exponent = Math.max(0, deliveryCount - 1);
        var delay = (double) settings.getRedeliveryDelay() * Math.pow(settings.getRedeliveryMultiplier(), exponent);
        var spread = settings.getRedeliveryCollisionAvoidanceFactor();
        if (spread > 0) {
            delay *= 1 + shared.random(-spread, spread);
        }
        return (long) Math.min(delay, (double) settings.getMaxRedeliveryDelay());
    }
}
