/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.visibility.Lease;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.core.journal.IOCompletion;
import org.apache.activemq.artemis.core.journal.RecordInfo;
import org.apache.activemq.artemis.core.persistence.CoreMessageObjectPools;
import org.apache.activemq.artemis.core.persistence.Persister;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases as records of the message journal: one record a message, updated at every receive, deleted with the message.
 * Compaction keeps the newest update only.
 */
final class LeaseJournal {
    /** Far from Artemis' own record types, which count up from 10. */
    static final byte RECORD_TYPE = 100;

    private static final Logger LOG = LoggerFactory.getLogger(LeaseJournal.class);
    private static final byte VERSION = 1;
    private static final int SIZE = 2 * Byte.BYTES + 5 * Long.BYTES + Integer.BYTES;

    private final StorageManager storage;

    LeaseJournal(StorageManager storage) {
        this.storage = storage;
    }

    /** Stores a lease; {@code sync} where this record's commit is what a caller waits for. */
    @SuppressWarnings("try") // the lock is only held
    void store(long queueId, Lease lease, boolean isNew, boolean sync, IOCompletion completion) throws Exception {
        var stored = new Stored(queueId, lease);
        if (isNew) {
            storage.storeMapRecord(lease.recordId(), RECORD_TYPE, Codec.INSTANCE, stored, sync, completion);
            return;
        }
        try (var lock = storage.closeableReadLock()) {
            storage.getMessageJournal()
                    .tryAppendUpdateRecord(
                            lease.recordId(),
                            RECORD_TYPE,
                            Codec.INSTANCE,
                            stored,
                            sync,
                            true,
                            LeaseJournal::complainIfMissing,
                            completion);
        }
    }

    /** Stores a new lease as a part of a transaction. */
    @SuppressWarnings("try") // the lock is only held
    void store(long transaction, long queueId, Lease lease) throws Exception {
        try (var lock = storage.closeableReadLock()) {
            storage.getMessageJournal()
                    .appendAddRecordTransactional(
                            transaction, lease.recordId(), RECORD_TYPE, Codec.INSTANCE, new Stored(queueId, lease));
        }
    }

    /** Deletes the record of a message that is gone; nobody waits for it. */
    void delete(Lease lease) throws Exception {
        storage.deleteMapRecord(lease.recordId(), false);
    }

    /** Deletes the record as a part of the transaction that removes the message. */
    void delete(long transaction, Lease lease) throws Exception {
        storage.deleteMapRecordTx(transaction, lease.recordId());
    }

    /** The lease that this record of the journal holds. */
    static Stored decode(RecordInfo record) {
        var stored = Codec.read(record.wrapData());
        var lease = stored.lease;
        return new Stored(
                stored.queueId,
                new Lease(
                        record.id,
                        lease.messageId(),
                        lease.paged(),
                        lease.handle(),
                        lease.visibleAt(),
                        lease.receiveCount(),
                        lease.firstReceived()));
    }

    private static void complainIfMissing(long recordId, boolean found) {
        if (!found) {
            LOG.warn("Lease record {} was not in the journal when it was updated", recordId);
        }
    }

    /** A lease and the queue that it belongs to. */
    record Stored(long queueId, Lease lease) {}

    private static final class Codec implements Persister<Stored> {
        static final Codec INSTANCE = new Codec();

        @Override
        public byte getID() {
            return RECORD_TYPE;
        }

        @Override
        public int getEncodeSize(Stored stored) {
            return SIZE;
        }

        @Override
        public void encode(ActiveMQBuffer buffer, Stored stored) {
            var lease = stored.lease;
            buffer.writeByte(VERSION);
            buffer.writeLong(stored.queueId);
            buffer.writeLong(lease.messageId());
            buffer.writeBoolean(lease.paged());
            buffer.writeLong(lease.handle());
            buffer.writeLong(lease.visibleAt());
            buffer.writeInt(lease.receiveCount());
            buffer.writeLong(lease.firstReceived());
        }

        @Override
        public Stored decode(ActiveMQBuffer buffer, Stored unused, CoreMessageObjectPools pools) {
            return read(buffer);
        }

        static Stored read(ActiveMQBuffer buffer) {
            var version = buffer.readByte();
            if (version != VERSION) {
                throw new IllegalStateException(
                        "a lease record of version " + version + "; this broker knows " + VERSION);
            }
            return new Stored(
                    buffer.readLong(),
                    new Lease(
                            0,
                            buffer.readLong(),
                            buffer.readBoolean(),
                            buffer.readLong(),
                            buffer.readLong(),
                            buffer.readInt(),
                            buffer.readLong()));
        }
    }
}
