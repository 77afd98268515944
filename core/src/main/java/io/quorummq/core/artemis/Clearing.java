/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.persistence.config.PersistedKeyValuePair;

/**
 * How far a queue was cleared: its delayed messages lie in buckets among those of other queues, and are not looked for at
 * once. Those that were stored first under a smaller number than this are deleted, wherever they are met.
 */
final class Clearing {
    private static final String MAP = "quorummq.cleared";

    private final GateQueue queue;
    private final StorageManager storage;
    private volatile long clearedBelow = UNKNOWN;

    private static final long UNKNOWN = -1;

    Clearing(GateQueue queue, StorageManager storage) {
        this.queue = queue;
        this.storage = storage;
    }

    long clearedBelow() {
        if (clearedBelow == UNKNOWN) {
            var pair = storage.getPersistedKeyValuePairs(MAP).get(key());
            clearedBelow = pair == null ? 0 : Long.parseLong(pair.getValue());
        }
        return clearedBelow;
    }

    /** All that was stored until now is deleted; durable on return. */
    void clear() throws Exception {
        var next = storage.generateID();
        storage.storeKeyValuePair(new PersistedKeyValuePair(MAP, key(), Long.toString(next)));
        clearedBelow = next;
    }

    /** The queue is deleted. */
    void forget() throws Exception {
        if (clearedBelow() > 0) {
            storage.deleteKeyValuePair(MAP, key());
        }
    }

    private String key() {
        return Long.toString(queue.getID());
    }
}
