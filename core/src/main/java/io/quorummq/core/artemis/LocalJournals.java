/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.io.IOCriticalErrorListener;
import org.apache.activemq.artemis.core.journal.impl.JournalImpl;
import org.apache.activemq.artemis.core.persistence.impl.journal.JournalRecordIds;
import org.apache.activemq.artemis.core.persistence.impl.journal.JournalStorageManager;
import org.apache.activemq.artemis.core.server.files.FileStoreMonitor;

/** Artemis' journals and large messages in files that endure a full disk. */
final class LocalJournals extends JournalStorageManager {
    private static final int BINDINGS_FILE_BYTES = 1 << 20;
    private static final int BINDINGS_FILES_MIN = 2;

    /** Set while the constructor of the super class runs, hence neither final nor initialised. */
    @SuppressWarnings("NullAway.Init")
    private DiskReserve reserve;

    LocalJournals(Storage.Engine engine) {
        super(
                engine.server().getConfiguration(),
                engine.server().getCriticalAnalyzer(),
                engine.server().getExecutorFactory(),
                engine.server().getScheduledPool(),
                engine.server().getIOExecutorFactory(),
                engine.onCriticalError());
    }

    /** As Artemis does for the NIO journal, but for the files. */
    @Override
    protected void init(Configuration config, IOCriticalErrorListener onCriticalError) {
        reserve = new DiskReserve(config.getJournalLocation(), config.getMinDiskFree());
        bindingsFF = EnduringFileFactory.unbuffered(
                config.getBindingsLocation(), config, config.getJournalMaxIO_NIO(), onCriticalError, reserve);
        bindingsFF.setDatasync(config.isJournalDatasync());
        bindingsJournal = new JournalImpl(
                ioExecutorFactory,
                BINDINGS_FILE_BYTES,
                BINDINGS_FILES_MIN,
                config.getJournalPoolFiles(),
                config.getJournalCompactMinFiles(),
                config.getJournalCompactPercentage(),
                config.getJournalFileOpenTimeout(),
                bindingsFF,
                "activemq-bindings",
                "bindings",
                1,
                0,
                onCriticalError,
                config.getJournalMaxAtticFiles());
        originalBindingsJournal = bindingsJournal;

        journalFF = EnduringFileFactory.ofJournal(config, onCriticalError, getCriticalAnalyzer(), reserve);
        journalFF.setDatasync(config.isJournalDatasync());
        messageJournal = createMessageJournal(
                config, onCriticalError, fixJournalFileSize(config.getJournalFileSize(), journalFF.getAlignment()));
        messageJournal.replaceableRecord(JournalRecordIds.UPDATE_DELIVERY_COUNT);
        messageJournal.replaceableRecord(JournalRecordIds.SET_SCHEDULED_DELIVERY_TIME);
        originalMessageJournal = messageJournal;

        largeMessagesDirectory = config.getLargeMessagesDirectory();
        largeMessagesFactory = EnduringFileFactory.ofLargeMessages(config, onCriticalError, reserve);
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

    @Override
    public void injectMonitor(FileStoreMonitor monitor) throws Exception {
        super.injectMonitor(monitor);
        reserve.follow(monitor);
    }

    DiskReserve reserve() {
        return reserve;
    }
}
