/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.io.File;
import org.apache.activemq.artemis.core.paging.PagingStoreFactory;
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
}
