/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import io.quorummq.core.artemis.Storage;
import io.quorummq.replication.artemis.ReplicatedFiles.Writing;
import java.io.File;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.io.IOCriticalErrorListener;
import org.apache.activemq.artemis.core.journal.impl.JournalImpl;
import org.apache.activemq.artemis.core.persistence.impl.journal.JournalRecordIds;
import org.apache.activemq.artemis.core.persistence.impl.journal.JournalStorageManager;
import org.apache.activemq.artemis.core.server.files.FileStoreMonitor;

/** Artemis' journals and large messages in replicated files. */
final class ReplicatedJournals extends JournalStorageManager {
    static final String MESSAGES = "journal";
    private static final String BINDINGS = "bindings";
    private static final String LARGE_MESSAGES = "large";

    private static final int BINDINGS_FILE_BYTES = 1 << 20;
    private static final int BINDINGS_FILES_MIN = 2;

    private final File local;

    ReplicatedJournals(Storage.Engine engine, EndOfOffice end, File local) {
        super(
                engine.server().getConfiguration(),
                engine.server().getCriticalAnalyzer(),
                engine.server().getExecutorFactory(),
                engine.server().getScheduledPool(),
                engine.server().getIOExecutorFactory(),
                end);
        this.local = local;
    }

    /** Runs while the super class is constructed: nothing of ours is there but what was handed up to it. */
    @Override
    protected void init(Configuration config, IOCriticalErrorListener onCriticalError) {
        var end = (EndOfOffice) onCriticalError;
        var names = config.getJournalLocation().getParentFile();
        bindingsFF = new ReplicatedFiles(end, BINDINGS, names, Writing.ESSENTIAL);
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
                end,
                config.getJournalMaxAtticFiles());
        originalBindingsJournal = bindingsJournal;

        journalFF = new ReplicatedFiles(end, MESSAGES, names, Writing.ESSENTIAL);
        messageJournal = createMessageJournal(config, end, config.getJournalFileSize());
        messageJournal.replaceableRecord(JournalRecordIds.UPDATE_DELIVERY_COUNT);
        messageJournal.replaceableRecord(JournalRecordIds.SET_SCHEDULED_DELIVERY_TIME);
        originalMessageJournal = messageJournal;

        largeMessagesDirectory = LARGE_MESSAGES;
        largeMessagesFactory = new ReplicatedFiles(end, LARGE_MESSAGES, names, Writing.OF_ONE_SENDER);
    }

    /** There are only names. */
    @Override
    protected void createDirectories() {}

    /**
     * Returns when it is committed. Inherited, it would be waited for by the context of the calling thread; for an AMQP sender
     * that makes a queue this is not the context that its message waits for.
     */
    @Override
    public void commitBindings(long transaction) throws Exception {
        bindingsJournal.appendCommitRecord(transaction, true);
    }

    /** The disk that may run full is the one of the replicated files. */
    @Override
    public void injectMonitor(FileStoreMonitor monitor) throws Exception {
        monitor.addStore(local);
    }
}
