/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.replication.consensus.FencedException;
import io.quorummq.replication.consensus.HeldLog;
import io.quorummq.replication.consensus.LogCallback;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.io.IOCallback;
import org.apache.activemq.artemis.core.message.impl.CoreMessage;
import org.apache.activemq.artemis.core.paging.PagedMessage;
import org.apache.activemq.artemis.core.paging.impl.PagedMessageImpl;
import org.apache.activemq.artemis.core.persistence.impl.journal.OperationContextImpl;
import org.apache.activemq.artemis.core.persistence.impl.nullpm.NullStorageManager;
import org.apache.activemq.artemis.core.server.impl.RoutingContextImpl;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.core.transaction.impl.TransactionImpl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of messages that page, step by step: the test runs the thread of the pages and commits the log. */
final class PageWriterTest {
    private static final int CREDIT_BYTES = 100_000;

    private final NullStorageManager storage = new NullStorageManager();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final LinkedBlockingQueue<Runnable> pageThread = new LinkedBlockingQueue<>();
    private final FakePages pages = new FakePages();
    private final ArrayList<String> heard = new ArrayList<>();
    private PageWriter writer;

    @BeforeEach
    void start() {
        writer = new PageWriter(pages, CREDIT_BYTES, storage, timer, pageThread::add, 1_000_000);
        writer.start();
    }

    @AfterEach
    void stopTimer() {
        timer.shutdownNow();
    }

    @Test
    void aMessageIsPendingAndUnansweredUntilTheLogHasIt() {
        send("a", 1, null);
        assertThat(writer.hasPendingIO()).isTrue();

        runPageThread();
        assertThat(pages.written).containsExactly(1L);
        assertThat(writer.hasPendingIO()).isTrue();
        assertThat(writer.getAvailablePermits()).isLessThan(CREDIT_BYTES);
        assertThat(heard).isEmpty();

        pages.commit();
        assertThat(writer.hasPendingIO()).isFalse();
        assertThat(writer.getAvailablePermits()).isEqualTo(CREDIT_BYTES);
        assertThat(heard).containsExactly("a stored");
    }

    @Test
    void twoBatchesAreUnderWayTogetherAndEachIsSeenWhenItIsCommitted() {
        send("a", 1, null);
        runPageThread();
        send("b", 2, null);
        send("c", 3, null);
        runPageThread();
        assertThat(pages.written).containsExactly(1L, 2L, 3L);
        assertThat(pages.seen).isZero();

        pages.commit();
        assertThat(pages.seen).isEqualTo(1);
        assertThat(heard).containsExactly("a stored");
        assertThat(writer.hasPendingIO()).isTrue();

        pages.commit();
        assertThat(pages.seen).isEqualTo(2);
        assertThat(heard).containsExactly("a stored", "b stored", "c stored");
    }

    @Test
    void whatComesWhileEnoughIsUnderWayIsOneBatch() {
        for (var id = 1; id <= 10; id++) {
            send("a", id, null);
            runPageThread();
        }
        assertThat(pages.callbacks).hasSize(PageWriter.BATCHES_IN_FLIGHT_MAX);

        pages.commit();
        runPageThread();
        assertThat(pages.written).hasSize(10);
        assertThat(pages.callbacks).hasSize(PageWriter.BATCHES_IN_FLIGHT_MAX);
    }

    @Test
    void whenTheOfficeEndsEveryBatchFailsAndNoneIsSeen() {
        var tx = new ObservedTransaction(storage);
        send("a", 1, null);
        runPageThread();
        send("b", 2, tx);
        runPageThread();

        pages.failAll(HeldLog.endOfOffice("a new leader"));
        runPageThread();

        assertThat(pages.seen).isZero();
        assertThat(heard).containsExactly("a refused", "b refused");
        assertThat(tx.getState()).isEqualTo(Transaction.State.ROLLBACK_ONLY);
        assertThat(writer.hasPendingIO()).isFalse();
        assertThat(writer.getAvailablePermits()).isEqualTo(CREDIT_BYTES);
    }

    @Test
    void aTransactionMayCommitWhenItsPagesAreWritten() {
        var tx = new ObservedTransaction(storage);
        send("a", 1, tx);
        send("a", 2, tx);
        assertThat(tx.delays).isEqualTo(2);

        runPageThread();
        assertThat(tx.delays).isZero();
        assertThat(tx.writtenWhenFree).isEqualTo(2);
        assertThat(heard).isEmpty();
    }

    @Test
    void aPageThatCannotBeWrittenEndsTheOffice() {
        pages.broken = true;
        send("a", 1, null);
        runPageThread();
        runPageThread();

        assertThat(pages.fenced).contains("cannot be written");
        assertThat(heard).containsExactly("a refused");
        assertThat(pages.seen).isZero();
    }

    @Test
    @Timeout(20)
    void stoppingWritesWhatIsGatheredAndWaitsForItsCommit() throws Exception {
        send("a", 1, null);

        var stopping = new Thread(writer::stop);
        stopping.start();
        pageThread.take().run();
        assertThat(stopping.isAlive()).isTrue();
        pages.commit();
        stopping.join(TimeUnit.SECONDS.toMillis(10));

        assertThat(stopping.isAlive()).isFalse();
        assertThat(heard).containsExactly("a stored");
        assertThatThrownBy(() -> send("b", 2, null)).isInstanceOf(IllegalStateException.class);
        assertThat(writer.hasPendingIO()).isFalse();
    }

    private void send(String sender, long id, @Nullable Transaction tx) {
        var context = new OperationContextImpl(Runnable::run);
        var message = new PagedMessageImpl(new CoreMessage(id, 100).setAddress("paged"), new long[] {1});
        writer.incrementTask();
        writer.flowControl(writer.addTask(
                context, message, tx, new RoutingContextImpl(null).getContextListing(SimpleString.of("paged")), true));
        context.executeOnCompletion(new IOCallback() {
            @Override
            public void done() {
                heard.add(sender + " stored");
            }

            @Override
            public void onError(int code, String reason) {
                heard.add(sender + " refused");
            }
        });
    }

    private void runPageThread() {
        for (Runnable task; (task = pageThread.poll()) != null; ) {
            task.run();
        }
    }

    /** Pages that remember what was written, and a log that commits when it is told. */
    private static final class FakePages implements PageWriter.Pages {
        final ArrayList<Long> written = new ArrayList<>();
        final ArrayDeque<LogCallback> callbacks = new ArrayDeque<>();
        private final PageAnswers answers = new PageAnswers();
        int seen;
        boolean broken;

        @Nullable
        String fenced;

        @Override
        public String name() {
            return "paged";
        }

        @Override
        public PageAnswers answers() {
            return answers;
        }

        @Override
        public void beginBatch() {}

        @Override
        public void write(PagedMessage message) throws IOException {
            if (broken) {
                throw new IOException("no such page");
            }
            written.add(message.getMessage().getMessageID());
        }

        @Override
        public void whenCommitted(LogCallback callback) {
            callbacks.add(callback);
        }

        @Override
        public void batchCommitted() {
            seen++;
        }

        @Override
        public void fence(String reason) {
            fenced = reason;
        }

        void commit() {
            callbacks.remove().committed();
        }

        void failAll(FencedException reason) {
            callbacks.forEach(callback -> callback.failed(reason));
            callbacks.clear();
        }
    }

    private final class ObservedTransaction extends TransactionImpl {
        int delays;
        int writtenWhenFree;

        ObservedTransaction(NullStorageManager storage) {
            super(storage);
        }

        @Override
        public void delay() {
            delays++;
        }

        @Override
        public void delayDone() {
            if (--delays == 0) {
                writtenWhenFree = pages.written.size();
            }
        }
    }
}
