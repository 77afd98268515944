/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.util.concurrent.ScheduledExecutorService;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.io.IOCriticalErrorListener;
import org.apache.activemq.artemis.core.persistence.impl.journal.JournalStorageManager;
import org.apache.activemq.artemis.utils.ExecutorFactory;
import org.apache.activemq.artemis.utils.critical.CriticalAnalyzer;

/** Artemis' journal, with queues that are on the disk as soon as they exist. */
final class LocalJournal extends JournalStorageManager {
    LocalJournal(
            Configuration configuration,
            CriticalAnalyzer analyzer,
            ExecutorFactory executors,
            ScheduledExecutorService timer,
            ExecutorFactory ioExecutors,
            IOCriticalErrorListener onCriticalError) {
        super(configuration, analyzer, executors, timer, ioExecutors, onCriticalError);
    }

    /**
     * Returns when it is on the disk. Inherited, it would be waited for by the context of the calling thread; for an AMQP
     * sender that makes a queue this is not the context that its message waits for, so that the message was accepted
     * before the queue was stored, and a crash between the two lost it.
     */
    @Override
    public void commitBindings(long transaction) throws Exception {
        bindingsJournal.appendCommitRecord(transaction, true);
    }
}
