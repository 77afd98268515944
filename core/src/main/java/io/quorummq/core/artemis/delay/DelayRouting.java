/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import io.quorummq.core.delay.DelayIndex;
import io.quorummq.core.delay.Wheel;
import java.time.InstantSource;
import java.util.ArrayList;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.io.IOCallback;
import org.apache.activemq.artemis.core.postoffice.RoutingStatus;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.RoutingContext;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.core.transaction.TransactionOperationAbstract;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a delayed message waits, decided before it is written for the first time: in memory, in its queue, if it is due
 * within moments and there is room, else in a bucket.
 */
final class DelayRouting implements ActiveMQServerMessagePlugin {
    private static final Logger LOG = LoggerFactory.getLogger(DelayRouting.class);

    /** What is due later than this is noticed in time by itself. */
    private static final long URGENT_MILLIS = 2000;

    private final ActiveMQServer server;
    private final Destinations destinations;
    private final Buckets buckets;
    private final DelayIndex index;
    private final Fates fates;
    private final DelayLimits limits;
    private final InstantSource clock;
    private final Runnable onUrgent;

    /** @param onUrgent called when a message was put into a bucket that is due at once */
    DelayRouting(
            ActiveMQServer server,
            Destinations destinations,
            Buckets buckets,
            DelayIndex index,
            Fates fates,
            DelayLimits limits,
            InstantSource clock,
            Runnable onUrgent) {
        this.server = server;
        this.destinations = destinations;
        this.buckets = buckets;
        this.index = index;
        this.fates = fates;
        this.limits = limits;
        this.clock = clock;
        this.onUrgent = onUrgent;
    }

    /** Whether a message that is due at this time can wait for it in memory. */
    boolean isNear(long due, long now) {
        return due - now <= limits.nearest().toMillis()
                && destinations.hidden().delayedBytes() < limits.memoryBytes() / 2;
    }

    /** A message that is kept back behind a backlog on pages would be read late, and then fill the memory. */
    private static boolean isPaging(Queue queue) {
        var pages = queue.getPageSubscription();
        return pages != null && pages.isStorePaging();
    }

    /** Throws nothing: Artemis would have taken note of the message's duplicate id, and accepted it without storing it. */
    @Override
    public void beforeMessageRoute(Message message, RoutingContext context, boolean direct, boolean rejectDuplicates) {
        try {
            if (message.hasScheduledDeliveryTime() && message.isDurable() && context.getQueueCount() > 0) {
                place(message, context);
            }
        } catch (Exception e) {
            LOG.error("Message {} waits in memory, because it cannot be put elsewhere", message.getMessageID(), e);
        }
    }

    private void place(Message message, RoutingContext context) throws Exception {
        var due = dueOf(message);
        var now = clock.millis();
        if (due <= now) {
            return;
        }
        var queues = new ArrayList<Queue>();
        context.getContexListing().values().forEach(list -> {
            queues.addAll(list.getDurableQueues());
            queues.addAll(list.getNonDurableQueues());
        });
        if ((isNear(due, now) && queues.stream().noneMatch(DelayRouting::isPaging))
                || !queues.stream()
                        .allMatch(queue -> destinations.find(queue.getID()).isPresent())) {
            return;
        }
        var id = message.getMessageID();
        var ticket = new Ticket(
                id,
                destinations.shownId(message, id),
                due,
                0,
                0,
                queues.stream().map(Queue::getID).toList());
        var wake = fates.wake(ticket, message);
        var bucket = buckets.get(Wheel.place(wake, now));
        ticket.attachTo(message);
        context.clear().setReusable(false);
        context.addQueue(bucket.getAddress(), bucket);
        var tx = context.getTransaction();
        if (tx != null) {
            tx.addOperation(new TransactionOperationAbstract() {
                @Override
                public void afterCommit(Transaction committed) {
                    // Artemis does so a moment later: who looks at the bucket in between would see it as not committed
                    var pages = server.getPagingManager().getTransaction(committed.getID());
                    if (pages != null) {
                        pages.commit();
                    }
                    arrived(bucket, ticket, message);
                }

                @Override
                public void afterRollback(Transaction rolledBack) {
                    index.stays(bucket.bucket(), wake); // it takes its place on the page until somebody looks at it
                }
            });
        }
    }

    private static long dueOf(Message message) {
        var due = message.getScheduledDeliveryTime();
        return due == null ? 0 : due;
    }

    /** What is outside a transaction is there when its write is durable. */
    @Override
    public void afterMessageRoute(
            Message message, RoutingContext context, boolean direct, boolean rejectDuplicates, RoutingStatus result) {
        if (context.getTransaction() != null || !message.hasScheduledDeliveryTime() || result != RoutingStatus.OK) {
            return;
        }
        context.forEachDurable(queue -> {
            if (queue instanceof BucketQueue bucket) {
                Ticket.of(message)
                        .ifPresent(ticket -> server.getStorageManager().afterCompleteOperations(new IOCallback() {
                            @Override
                            public void done() {
                                arrived(bucket, ticket, message);
                            }

                            @Override
                            public void onError(int code, String text) {
                                LOG.debug("Message {} was not stored: {}", message.getMessageID(), text);
                            }
                        }));
            }
        });
    }

    private void arrived(BucketQueue bucket, Ticket ticket, Message message) {
        var wake = fates.wake(ticket, message);
        index.add(bucket.bucket(), fates.wanting(ticket), wake);
        if (wake - clock.millis() < URGENT_MILLIS) {
            onUrgent.run();
        }
    }
}
