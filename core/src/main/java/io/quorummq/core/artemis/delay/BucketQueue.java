/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import io.quorummq.core.delay.Wheel.Bucket;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQIllegalStateException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.core.paging.cursor.PageSubscription;
import org.apache.activemq.artemis.core.paging.cursor.PagedReference;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.postoffice.PostOffice;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.Consumer;
import org.apache.activemq.artemis.core.server.QueueFactory;
import org.apache.activemq.artemis.core.server.impl.QueueImpl;
import org.apache.activemq.artemis.core.settings.HierarchicalRepository;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.utils.actors.ArtemisExecutor;
import org.jspecify.annotations.Nullable;

/**
 * A queue whose messages stay on their pages until the engine of time reads them: nothing is read ahead for consumers, and
 * there are none.
 */
public final class BucketQueue extends QueueImpl {
    private final Bucket bucket;
    private final Predicate<PagedReference> committed;

    /** @param committed whether a message of this queue is stored for good */
    public BucketQueue(
            QueueConfiguration configuration,
            Bucket bucket,
            PageSubscription pages,
            Predicate<PagedReference> committed,
            ScheduledExecutorService timer,
            PostOffice postOffice,
            StorageManager storage,
            HierarchicalRepository<AddressSettings> addressSettings,
            ArtemisExecutor executor,
            ActiveMQServer server,
            QueueFactory factory) {
        super(
                configuration,
                null,
                pages.getPagingStore(),
                pages,
                timer,
                postOffice,
                storage,
                addressSettings,
                executor,
                server,
                factory);
        this.bucket = bucket;
        this.committed = committed;
        // Artemis deletes the pages of a queue that it takes for empty, and does so while all on them is of prepared
        // transactions
        pages.notEmpty();
    }

    Bucket bucket() {
        return bucket;
    }

    boolean isCommitted(PagedReference ref) {
        return committed.test(ref);
    }

    /** Always, so that Artemis never reads a page into memory. */
    @Override
    public synchronized boolean isPaused() {
        return true;
    }

    /** Nobody waits for what was just stored. */
    @Override
    public void deliverAsync() {}

    /** A look at the first message would keep its page in memory; what has expired is seen when it is due. */
    @Override
    public void expireReferences(@Nullable Runnable done) {
        if (done != null) {
            done.run();
        }
    }

    @Override
    public void addConsumer(Consumer consumer) throws ActiveMQException {
        throw new ActiveMQIllegalStateException(
                "queue " + getName() + " holds delayed messages of other queues and has no consumers");
    }
}
