/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import io.quorummq.core.artemis.EnginePagingStore;
import io.quorummq.core.artemis.Storage;
import io.quorummq.replication.consensus.LeaderFiles;
import io.quorummq.replication.consensus.LogCallback;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.apache.activemq.artemis.core.paging.PagedMessage;
import org.apache.activemq.artemis.core.paging.cursor.PagedReference;
import org.apache.activemq.artemis.core.paging.impl.PageTimedWriter;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.utils.actors.ArtemisExecutor;
import org.jspecify.annotations.Nullable;

/** The replicated pages of one address: what was written to them is accepted, and seen, when it is committed. */
final class ReplicatedPagingStore extends EnginePagingStore implements PageWriter.Pages {
    private final LeaderFiles files;
    private final PageAnswers answers;
    private final PageCommits commits = new PageCommits(getExecutor());

    ReplicatedPagingStore(
            Storage.Engine engine,
            ReplicatedPages factory,
            LeaderFiles files,
            PageAnswers answers,
            SimpleString address,
            AddressSettings settings,
            @Nullable SequentialFileFactory directory,
            ArtemisExecutor executor) {
        super(engine, factory, address, settings, directory, executor, true);
        this.files = files;
        this.answers = answers;
    }

    @Override
    public String name() {
        return getStoreName().toString();
    }

    @Override
    public PageAnswers answers() {
        return answers;
    }

    @Override
    public void beginBatch() {
        commits.begin(nextPosition());
    }

    /** Artemis puts the message on the page in memory, for all to read, before it writes it. */
    @Override
    public void write(PagedMessage message) throws Exception {
        directWritePage(message, false, false);
    }

    /** Whether the pages of the messages are still the current one or not: it is everything written so far. */
    @Override
    public void whenCommitted(LogCallback callback) {
        files.barrier(callback);
    }

    @Override
    public void batchCommitted() {
        commits.reached();
    }

    @Override
    public void fence(String reason) {
        files.fence(reason);
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
    protected PageTimedWriter createPageTimedWriter(ScheduledExecutorService timer, long retryNanos) {
        var writer = new PageWriter(this, getPageSizeBytes(), getStorageManager(), timer, getExecutor(), retryNanos);
        writer.start();
        return writer;
    }
}
