/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.io.File;
import org.apache.activemq.artemis.core.io.IOCriticalErrorListener;
import org.apache.activemq.artemis.core.paging.PagingStoreFactory;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.NodeManager;
import org.apache.activemq.artemis.utils.ExecutorFactory;

/**
 * Where an engine's durable files live: its journals, pages and large messages, and the identity of its node. The seam
 * at which replicated files take the place of Artemis' own. Each method is called once at every start of the engine,
 * before anything is read.
 */
public interface Storage {
    /**
     * Journals and large messages. A commit to the bindings journal has to return only when it is durable: a message may be
     * accepted right after the queue that was made for it.
     */
    StorageManager storageManager(Engine engine);

    /** Pages. */
    PagingStoreFactory pagingStoreFactory(Engine engine);

    /** The node's identity, and the right to be the one that uses these files. */
    NodeManager nodeManager(Engine engine, File directory);

    /** What a storage needs to know of the engine that it serves. */
    record Engine(ActiveMQServer server, ExecutorFactory pageExecutors, IOCriticalErrorListener onCriticalError) {}
}
