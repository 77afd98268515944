/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.message.DeduplicationId;
import io.quorummq.core.message.MessageId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.postoffice.DuplicateIDCache;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.core.transaction.impl.TransactionImpl;

/**
 * Sends that are stored once however often they are repeated. Their ids go into Artemis' own window of duplicate ids, in
 * one transaction with the messages, and so are the same as those of JMS senders ({@code _AMQ_DUPL_ID}). The messages do
 * not carry them: a program that sends on what it received must not find its message refused.
 */
final class SendsOnce {
    private final ActiveMQServer server;

    /** The window knows an id before its messages are durable, and a repetition must not be answered earlier than they are. */
    private final Map<Key, CompletableFuture<List<MessageId>>> inFlight = new ConcurrentHashMap<>();

    SendsOnce(ActiveMQServer server) {
        this.server = server;
    }

    /** Sends, or answers what an earlier send of this id is answered; two at a time share one fate. */
    CompletableFuture<List<MessageId>> send(GateQueue queue, DeduplicationId id, int messages, Send send) {
        var key = new Key(queue.getID(), id);
        var mine = new CompletableFuture<List<MessageId>>();
        var other = inFlight.putIfAbsent(key, mine);
        if (other != null) {
            return other.copy();
        }
        CompletionStage<List<MessageId>> attempt = attempt(queue, key, messages, send);
        attempt.whenComplete((ids, failure) -> {
            inFlight.remove(key);
            if (failure == null) {
                mine.complete(ids);
            } else {
                mine.completeExceptionally(failure);
            }
        });
        return mine;
    }

    private CompletableFuture<List<MessageId>> attempt(GateQueue queue, Key key, int messages, Send send) {
        var ids = IntStream.range(0, messages).mapToObj(key::messageId).toList();
        try {
            var window = server.getPostOffice().getDuplicateIDCache(queue.getAddress());
            var known = SimpleString.of(key.id.value()).getData(); // the bytes of the same id in a JMS text property
            if (window.contains(known)) {
                return afterAllBefore(queue, known, ids);
            }
            send.check();
            var tx = new TransactionImpl(server.getStorageManager());
            return enter(window, known, tx) ? send.store(ids, tx) : afterAllBefore(queue, known, ids);
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static boolean enter(DuplicateIDCache window, byte[] id, Transaction tx) throws Exception {
        if (window.atomicVerify(id, tx)) {
            return true;
        }
        tx.rollback(); // a JMS sender was faster
        return false;
    }

    /**
     * Whoever sent first, over JMS or before a failure of the store, may not know yet that it is durable: completes after
     * all that was written before. What is written for it is undone.
     */
    private CompletableFuture<List<MessageId>> afterAllBefore(GateQueue queue, byte[] id, List<MessageId> ids)
            throws Exception {
        var storage = server.getStorageManager();
        try (var operation = new Operation(server)) {
            var tx = new TransactionImpl(storage);
            storage.storeDuplicateIDTransactional(tx.getID(), queue.getAddress(), id, storage.generateID());
            tx.setContainsPersistent();
            tx.rollback();
            return operation.whenDurable(ids);
        }
    }

    /** What is different from send to send. */
    interface Send {
        /** Refuses, by an exception, what has no room. */
        void check();

        /** Stores the messages, which receivers see under these ids, and ends the transaction either way. */
        CompletableFuture<List<MessageId>> store(List<MessageId> ids, Transaction tx);
    }

    private record Key(long queueId, DeduplicationId id) {
        /** From the upper half of all positive numbers, where no number of a stored message comes to. */
        MessageId messageId(int index) {
            try {
                var digest = MessageDigest.getInstance("SHA-256");
                digest.update(ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                        .putLong(queueId)
                        .putInt(index)
                        .flip());
                var hash = ByteBuffer.wrap(digest.digest(id.value().getBytes(StandardCharsets.US_ASCII)));
                return new MessageId(hash.getLong() >>> 2 | 1L << 62);
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException("every Java has SHA-256", impossible);
            }
        }
    }
}
