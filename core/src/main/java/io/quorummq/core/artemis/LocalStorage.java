/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.io.File;
import org.apache.activemq.artemis.core.paging.PagingStoreFactory;
import org.apache.activemq.artemis.core.paging.impl.PagingStoreFactoryNIO;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.server.NodeManager;
import org.apache.activemq.artemis.core.server.impl.FileLockNodeManager;

/** Artemis' own NIO journal and pages. */
final class LocalStorage implements Storage {
    @Override
    public StorageManager storageManager(Engine engine) {
        var server = engine.server();
        var journal = new LocalJournal(
                server.getConfiguration(),
                server.getCriticalAnalyzer(),
                server.getExecutorFactory(),
                server.getScheduledPool(),
                server.getIOExecutorFactory(),
                engine.onCriticalError());
        server.getCriticalAnalyzer().add(journal);
        return journal;
    }

    @Override
    public PagingStoreFactory pagingStoreFactory(Engine engine) {
        var server = engine.server();
        var configuration = server.getConfiguration();
        return new PagingStoreFactoryNIO(
                server.getStorageManager(),
                configuration.getPagingLocation(),
                configuration.getPageSyncTimeout(),
                server.getScheduledPool(),
                engine.pageExecutors(),
                configuration.isJournalSyncNonTransactional(),
                engine.onCriticalError(),
                configuration::isPurgePageFolders);
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
