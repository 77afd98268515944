/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import io.quorummq.core.artemis.EnginePagingStore;
import io.quorummq.core.artemis.Storage;
import io.quorummq.replication.consensus.LeaderFiles;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.apache.activemq.artemis.core.paging.PagedMessage;
import org.apache.activemq.artemis.core.paging.cursor.PagedReference;
import org.apache.activemq.artemis.core.paging.impl.PageTimedWriter;
import org.apache.activemq.artemis.core.paging.impl.PagingStoreImpl;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.utils.actors.ArtemisExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The replicated pages of one address: what was written to them is accepted, and seen, when it is committed. */
final class ReplicatedPagingStore extends EnginePagingStore {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedPagingStore.class);
    private static final long LAST_WRITE_SECONDS_MAX = 20;

    private final LeaderFiles files;
    private final PageCommits commits = new PageCommits();

    ReplicatedPagingStore(
            Storage.Engine engine,
            ReplicatedPages factory,
            LeaderFiles files,
            SimpleString address,
            AddressSettings settings,
            @Nullable SequentialFileFactory directory,
            ArtemisExecutor executor) {
        super(engine, factory, address, settings, directory, executor, true);
        this.files = files;
    }

    /** Whether the page of a message is the current one or not: what is synced is everything written so far. */
    @Override
    public void ioSync() throws Exception {
        files.sync();
        commits.reached();
    }

    /** Artemis puts the message on the page in memory, for all to read, before it writes it. */
    @Override
    protected void directWritePage(PagedMessage message, boolean lineUp, boolean originalReplicated) throws Exception {
        commits.begin(nextPosition());
        super.directWritePage(message, lineUp, originalReplicated);
    }

    /** Where the next message goes, or before it, if it opens another page. */
    private PageCommits.Position nextPosition() {
        var page = getCurrentPage();
        return page == null
                ? new PageCommits.Position(getCurrentWritingPage() + 1, 0)
                : new PageCommits.Position(page.getPageId(), page.getNumberOfMessages());
    }

    @Override
    public boolean isCommitted(PagedReference ref) {
        return commits.contain(position(ref));
    }

    @Override
    protected boolean runWhenCommitted(PagedReference ref, Runnable task) {
        return commits.runWhenReached(position(ref), task);
    }

    private static PageCommits.Position position(PagedReference ref) {
        var message = ref.getPagedMessage();
        return new PageCommits.Position(message.getPageNumber(), message.getMessageNumber());
    }

    /** Called while the super class is constructed. */
    @Override
    protected PageTimedWriter createPageTimedWriter(ScheduledExecutorService timer, long gatherNanos) {
        var writer = new Writer(this, timer, getExecutor(), gatherNanos);
        writer.start();
        return writer;
    }

    /** A page writer that does not forget, when it stops, what it has gathered. */
    private static final class Writer extends PageTimedWriter {
        Writer(PagingStoreImpl store, ScheduledExecutorService timer, Executor executor, long gatherNanos) {
            super(store.getPageSizeBytes(), store.getStorageManager(), store, timer, executor, true, gatherNanos);
        }

        /** Not under the lock that the write needs. */
        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized")
        public void stop() {
            if (isStarted() && hasPendingIO()) {
                writeWhatIsGathered();
            }
            super.stop();
        }

        private void writeWhatIsGathered() {
            var written = new CountDownLatch(1);
            try {
                executor.execute(() -> {
                    try {
                        run();
                    } finally {
                        written.countDown();
                    }
                });
                if (!written.await(LAST_WRITE_SECONDS_MAX, TimeUnit.SECONDS)) {
                    LOG.warn("The last page write takes longer than {} s", LAST_WRITE_SECONDS_MAX);
                }
            } catch (RejectedExecutionException e) {
                LOG.debug("No last page write", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
