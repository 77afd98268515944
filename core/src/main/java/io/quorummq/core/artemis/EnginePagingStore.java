/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.artemis.delay.Buckets;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.activemq.artemis.api.core.ActiveMQIllegalStateException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.apache.activemq.artemis.core.paging.PagingManager;
import org.apache.activemq.artemis.core.paging.cursor.PagedReference;
import org.apache.activemq.artemis.core.paging.impl.PagingStoreFactoryNIO;
import org.apache.activemq.artemis.core.paging.impl.PagingStoreImpl;
import org.apache.activemq.artemis.core.server.RouteContextList;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.utils.actors.ArtemisExecutor;
import org.apache.activemq.artemis.utils.runnables.AtomicRunnable;
import org.jspecify.annotations.Nullable;

/** The pages of one address, as every {@link Storage} of the engine keeps them. */
public class EnginePagingStore extends PagingStoreImpl {
    private final PagingManager manager;

    /**
     * @param files where the pages lie; null when the address has none yet
     * @param syncNonTransactional whether a message outside a transaction is accepted only when it is durable
     */
    protected EnginePagingStore(
            Storage.Engine engine,
            PagingStoreFactoryNIO factory,
            SimpleString address,
            AddressSettings settings,
            @Nullable SequentialFileFactory files,
            ArtemisExecutor executor,
            boolean syncNonTransactional) {
        super(
                address,
                engine.server().getScheduledPool(),
                factory.getSyncTimeout(),
                factory.getPagingManager(),
                engine.server().getStorageManager(),
                files,
                factory,
                address,
                settings,
                executor,
                syncNonTransactional,
                engine.server().getConfiguration()::isPurgePageFolders);
        this.manager = factory.getPagingManager();
    }

    /** A sender without credit waits silently; one with credit is refused by {@link SenderRules}, who says why. */
    @Override
    public boolean checkMemory(
            boolean runOnFailure,
            @Nullable Runnable whenAvailable,
            @Nullable Runnable whenBlocking,
            @Nullable Consumer<AtomicRunnable> onBlocked) {
        if (manager.isDiskFull()) {
            if (whenAvailable != null) {
                whenAvailable.run();
            }
            return true;
        }
        return super.checkMemory(runOnFailure, whenAvailable, whenBlocking, onBlocked);
    }

    /** Where its pages are closed already, Artemis would store the message beside them, where the engine of time never looks. */
    @Override
    public int page(
            Message message,
            @Nullable Transaction tx,
            RouteContextList queues,
            @Nullable Function<Message, Message> decorator,
            boolean useFlowControl)
            throws Exception {
        var credits = super.page(message, tx, queues, decorator, useFlowControl);
        if (credits < 0 && Buckets.isBucket(getAddress())) {
            throw new ActiveMQIllegalStateException("the pages of " + getAddress() + " are closed");
        }
        return credits;
    }

    /** A bucket of delayed messages pages always: Artemis would keep the next message of a drained one in memory. */
    @Override
    public void stopPaging() {
        super.stopPaging();
        if (Buckets.isBucket(getAddress())) {
            startPaging();
        }
    }

    /** Whether the message is stored for good. Artemis shows it to readers of the page before that. */
    public boolean isCommitted(PagedReference ref) {
        return true;
    }

    /**
     * Runs the task when the message is stored for good, on the thread that reads the pages, and after the tasks of messages before
     * it.
     *
     * @return false, without running the task, when there is nothing to wait for
     */
    protected boolean runWhenCommitted(PagedReference ref, Runnable task) {
        return false;
    }
}
