/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.artemis.delay.BucketQueue;
import io.quorummq.core.artemis.delay.Buckets;
import io.quorummq.core.delay.Wheel;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.core.filter.Filter;
import org.apache.activemq.artemis.core.paging.PagingManager;
import org.apache.activemq.artemis.core.paging.cursor.PageSubscription;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.impl.QueueFactoryImpl;

/**
 * Makes {@link GateQueue}s, and the buckets of delayed messages; last-value queues stay Artemis' own, because CMQ has nothing
 * like them.
 */
final class GateQueueFactory extends QueueFactoryImpl {
    private final Visibility visibility;

    GateQueueFactory(ActiveMQServer server, Visibility visibility) {
        super(
                server.getExecutorFactory(),
                server.getScheduledPool(),
                server.getAddressSettingsRepository(),
                server.getStorageManager(),
                server);
        this.visibility = visibility;
    }

    @Override
    public Queue createQueueWith(QueueConfiguration config, PagingManager pagingManager, Filter filter) {
        if (Boolean.TRUE.equals(config.isLastValue()) || config.getLastValueKey() != null) {
            return super.createQueueWith(config, pagingManager, filter);
        }
        var pages = getPageSubscription(config, pagingManager, filter);
        var bucket = Buckets.bucketOf(config.getName());
        if (bucket.isPresent()) {
            return bucketQueue(config, bucket.get(), pages);
        }
        var queue = new GateQueue(
                config,
                filter,
                pages,
                scheduledExecutor,
                postOffice,
                storageManager,
                addressSettingsRepository,
                executorFactory.getExecutor(),
                server,
                this,
                visibility);
        server.getCriticalAnalyzer().add(queue);
        visibility.register(queue);
        return queue;
    }

    private BucketQueue bucketQueue(QueueConfiguration config, Wheel.Bucket bucket, PageSubscription pages) {
        var queue = new BucketQueue(
                config,
                bucket,
                pages,
                ref -> !(pages.getPagingStore() instanceof EnginePagingStore store) || store.isCommitted(ref),
                scheduledExecutor,
                postOffice,
                storageManager,
                addressSettingsRepository,
                executorFactory.getExecutor(),
                server,
                this);
        server.getCriticalAnalyzer().add(queue);
        return queue;
    }

    @Override
    public void queueRemoved(Queue queue) {
        super.queueRemoved(queue);
        if (queue instanceof GateQueue gate) {
            visibility.unregister(gate);
        }
    }
}
