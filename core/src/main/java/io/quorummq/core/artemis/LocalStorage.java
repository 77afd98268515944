/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.io.File;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.apache.activemq.artemis.core.paging.PagingStoreFactory;
import org.apache.activemq.artemis.core.paging.impl.PagingStoreFactoryNIO;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.server.NodeManager;
import org.apache.activemq.artemis.core.server.impl.FileLockNodeManager;

/** Artemis' own NIO journal and pages. */
final class LocalStorage implements Storage {
    @Override
    public StorageManager storageManager(Engine engine) {
        var journals = new LocalJournals(engine);
        engine.server().getCriticalAnalyzer().add(journals);
        return journals;
    }

    @Override
    public PagingStoreFactory pagingStoreFactory(Engine engine) {
        return new LocalPages(engine, ((LocalJournals) engine.server().getStorageManager()).reserve());
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

    /** Pages in files that endure a full disk. */
    private static final class LocalPages extends PagingStoreFactoryNIO {
        private final Engine engine;
        private final DiskReserve reserve;

        LocalPages(Engine engine, DiskReserve reserve) {
            super(
                    engine.server().getStorageManager(),
                    engine.server().getConfiguration().getPagingLocation(),
                    engine.server().getConfiguration().getPageSyncTimeout(),
                    engine.server().getScheduledPool(),
                    engine.pageExecutors(),
                    engine.server().getConfiguration().isJournalSyncNonTransactional(),
                    engine.onCriticalError(),
                    engine.server().getConfiguration()::isPurgePageFolders);
            this.engine = engine;
            this.reserve = reserve;
        }

        @Override
        protected SequentialFileFactory newFileFactory(String directoryName) {
            return EnduringFileFactory.unbuffered(
                    new File(getDirectory(), directoryName),
                    engine.server().getConfiguration(),
                    1,
                    engine.onCriticalError(),
                    reserve);
        }
    }
}
