/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.io.File;
import org.apache.activemq.artemis.core.paging.PagingStoreFactory;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.persistence.impl.journal.JournalStorageManager;
import org.apache.activemq.artemis.core.server.NodeManager;
import org.apache.activemq.artemis.core.server.impl.FileLockNodeManager;

/** Artemis' own files on the local disk: what the engine's rules are tested on, without any replication. */
final class LocalStorage implements Storage {
    @Override
    public StorageManager storageManager(Engine engine) {
        var server = engine.server();
        var journals =
                new JournalStorageManager(
                        server.getConfiguration(),
                        server.getCriticalAnalyzer(),
                        server.getExecutorFactory(),
                        server.getScheduledPool(),
                        server.getIOExecutorFactory(),
                        engine.onCriticalError()) {
                    /** Returns when it is on the disk, as every storage has to. */
                    @Override
                    public void commitBindings(long transaction) throws Exception {
                        bindingsJournal.appendCommitRecord(transaction, true);
                    }
                };
        server.getCriticalAnalyzer().add(journals);
        return journals;
    }

    @Override
    public PagingStoreFactory pagingStoreFactory(Engine engine) {
        return new LocalPages(engine);
    }

    @Override
    public NodeManager nodeManager(Engine engine, File directory) {
        var server = engine.server();
        return new FileLockNodeManager(
                directory,
                false,
                server.getConfiguration().getJournalLockAcquisitionTimeout(),
                server.getScheduledPool());
    }
}
