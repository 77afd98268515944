/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.artemis.delay.Destinations;
import io.quorummq.core.message.MessageId;
import io.quorummq.core.visibility.HiddenTotals;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.transaction.Transaction;

/** The queues behind the gate, as the engine of time sees them. */
final class DelayTargets implements Destinations {
    private final Visibility shared;

    DelayTargets(Visibility shared) {
        this.shared = shared;
    }

    @Override
    public Optional<Destination> find(long queueId) {
        return shared.queue(queueId)
                .filter(queue -> queue.isDurable() && !queue.isTemporary() && !queue.isInternalQueue())
                .map(Target::new);
    }

    @Override
    public HiddenTotals hidden() {
        return shared.totals();
    }

    @Override
    public long shownId(Message message, long id) {
        return MessageMapper.shownId(message, id).value();
    }

    @Override
    public void show(Message message, long id, long shownId) {
        MessageMapper.show(message, id, new MessageId(shownId));
    }

    private record Target(GateQueue gate) implements Destination {
        @Override
        public Queue queue() {
            return gate;
        }

        @Override
        public long clearedBelow() {
            return gate.clearing().clearedBelow();
        }

        @Override
        public long expiresAt(Message message) {
            return gate.rules().expiresAt(message);
        }

        @Override
        public boolean keepsExpired() {
            return gate.rules().deadLetterByAge().isPresent();
        }

        @Override
        public void restoreCount(Transaction tx, Message stored, int deliveries, long firstReceived) throws Exception {
            gate.leases().restore(tx, stored, deliveries, firstReceived);
        }
    }
}
