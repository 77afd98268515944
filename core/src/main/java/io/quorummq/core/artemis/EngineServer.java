/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.io.File;
import java.util.function.Consumer;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.journal.RecordInfo;
import org.apache.activemq.artemis.core.paging.PagingManager;
import org.apache.activemq.artemis.core.paging.PagingStoreFactory;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.server.ActivateCallback;
import org.apache.activemq.artemis.core.server.NodeManager;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager;

/** An Artemis server whose files come from a {@link Storage} and whose queues keep messages back as CMQ demands. */
final class EngineServer extends ActiveMQServerImpl {
    private final Storage storage;
    private final Visibility visibility;

    EngineServer(
            Configuration configuration, ActiveMQSecurityManager security, Storage storage, Visibility visibility) {
        super(configuration, null, security);
        this.storage = storage;
        this.visibility = visibility;
        setHAPolicy(new EnginePolicy(visibility));
        super.registerRecordsLoader(visibility::load);
        registerActivateCallback(new ActivateCallback() {
            @Override
            public void activationComplete() {
                visibility.serve();
            }
        });
    }

    /** Hides our records from other loaders: Artemis' AMQP protocol takes every record it is shown for one of its own. */
    @Override
    public void registerRecordsLoader(Consumer<RecordInfo> loader) {
        super.registerRecordsLoader(record -> {
            if (record.getUserRecordType() != LeaseJournal.RECORD_TYPE) {
                loader.accept(record);
            }
        });
    }

    @Override
    protected StorageManager createStorageManager() {
        var manager = storage.storageManager(engine());
        manager.getMessageJournal().replaceableRecord(LeaseJournal.RECORD_TYPE);
        return manager;
    }

    @Override
    protected PagingStoreFactory getPagingStoreFactory() {
        return storage.pagingStoreFactory(engine());
    }

    @Override
    protected NodeManager createNodeManager(File directory, boolean replicatingBackup) {
        return storage.nodeManager(engine(), directory);
    }

    /** Also the moment to put our queues in place of Artemis': the post office, made next, takes the factory. */
    @Override
    public PagingManager createPagingManager() throws Exception {
        replaceQueueFactory(new GateQueueFactory(this, visibility));
        return super.createPagingManager();
    }

    private Storage.Engine engine() {
        return new Storage.Engine(this, pageExecutorFactory, ioCriticalErrorListener);
    }
}
