/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.CmqError;
import io.quorummq.core.message.DeduplicationId;
import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.MessageId;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.message.QueueName;
import io.quorummq.core.message.ReceiptHandle;
import io.quorummq.core.queue.Broker;
import io.quorummq.core.queue.QueueAttributes;
import io.quorummq.core.queue.QueueCounts;
import io.quorummq.core.queue.QueueRecord;
import io.quorummq.core.queue.SendRules;
import io.quorummq.core.queue.TimeFigures;
import io.quorummq.core.visibility.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.LongStream;
import org.apache.activemq.artemis.api.core.ActiveMQAddressFullException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.persistence.impl.journal.LargeServerMessageImpl;
import org.apache.activemq.artemis.core.postoffice.RoutingStatus;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.impl.AckReason;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.core.transaction.impl.TransactionImpl;
import org.jspecify.annotations.Nullable;

/** The CMQ rules' broker, on the queues of an embedded Artemis server. */
final class ArtemisBroker implements Broker {
    private final ActiveMQServer server;
    private final Visibility visibility;
    private final QueueRecords records;
    private final SendsOnce sendsOnce;
    private final Executor control;

    ArtemisBroker(ActiveMQServer server, Visibility visibility) {
        this.server = server;
        this.visibility = visibility;
        this.records = new QueueRecords(server.getStorageManager());
        this.sendsOnce = new SendsOnce(server);
        this.control = server.getExecutorFactory().getExecutor();
    }

    @Override
    public List<QueueRecord> queues() {
        return visibility.queues().stream()
                .flatMap(queue -> recordOf(queue).stream())
                .sorted(Comparator.comparing(queue -> queue.name().value(), String.CASE_INSENSITIVE_ORDER))
                .toList();
    }

    @Override
    public Optional<QueueRecord> find(QueueName name) {
        if (server.locateQueue(SimpleString.of(name.value())) instanceof GateQueue exact) {
            var found = recordOf(exact);
            if (found.isPresent()) {
                return found;
            }
        }
        return visibility.queues().stream()
                .filter(queue -> queue.getName().toString().equalsIgnoreCase(name.value()))
                .flatMap(queue -> recordOf(queue).stream())
                .findFirst();
    }

    /** What CMQ knows of the queue; read from the store once, then kept with the queue. */
    private Optional<QueueRecord> recordOf(GateQueue queue) {
        var known = queue.rules().record();
        if (known.isPresent()) {
            return known;
        }
        if (!isVisible(queue)) {
            return Optional.empty();
        }
        var name = new QueueName(queue.getName().toString());
        var id = idOf(queue);
        var read = records.find(name, id).orElseGet(() -> {
            var created = Instant.ofEpochMilli(queue.getCreatedTimestamp());
            return new QueueRecord(name, id, QueueAttributes.DEFAULT, false, created, created);
        });
        queue.rules().record(read);
        return Optional.of(read);
    }

    private boolean isVisible(GateQueue queue) {
        var name = queue.getName().toString();
        return queue.isDurable()
                && !queue.isTemporary()
                && !queue.isInternalQueue()
                && queue.getRoutingType() == RoutingType.ANYCAST
                && queue.getName().equals(queue.getAddress())
                && QueueName.isValid(name);
    }

    private static String idOf(GateQueue queue) {
        var digits = Long.toString(queue.getID(), 36);
        return "queue-" + "0".repeat(Math.max(0, 8 - digits.length())) + digits;
    }

    /** Reads the records of all queues, so that CMQ's rules are in force before the first client sends. */
    void load() {
        visibility.queues().forEach(this::recordOf);
    }

    @Override
    public CompletionStage<QueueRecord> create(QueueName name, QueueAttributes attributes) {
        return onControl(() -> {
            var now = Instant.ofEpochMilli(visibility.now());
            var address = SimpleString.of(name.value());
            if (server.locateQueue(address) != null) {
                throw CmqError.QUEUE_EXISTS.exception();
            }
            var pending = new QueueRecord(name, "", attributes, true, now, now);
            // the record first: a queue whose rules are lost would be worse than rules without a queue
            records.store(pending);
            server.createQueue(
                    QueueConfiguration.of(address)
                            .setAddress(address)
                            .setRoutingType(RoutingType.ANYCAST)
                            .setDurable(true)
                            .setAutoDelete(false)
                            .setAutoCreateAddress(true),
                    true);
            var queue = gate(name);
            var created = new QueueRecord(name, idOf(queue), attributes, true, now, now);
            queue.rules().record(created);
            return created;
        });
    }

    @Override
    public CompletionStage<QueueRecord> update(QueueRecord queue, QueueAttributes attributes) {
        return onControl(() -> {
            var gate = gate(queue.name());
            var modified = Instant.ofEpochMilli(visibility.now());
            var updated = new QueueRecord(queue.name(), queue.id(), attributes, true, queue.created(), modified);
            records.store(updated);
            gate.rules().record(updated);
            return updated;
        });
    }

    @Override
    public CompletionStage<Void> delete(QueueRecord queue) {
        return onControl(() -> {
            gate(queue.name());
            server.destroyQueue(SimpleString.of(queue.name().value()), null, false, true, true);
            if (queue.governed()) {
                records.delete(queue.name());
            }
            return null;
        });
    }

    @Override
    public CompletionStage<Void> clear(QueueRecord queue) {
        return onControl(() -> gate(queue.name())).thenCompose(this::deleteAll);
    }

    private CompletionStage<Void> deleteAll(GateQueue gate) {
        try (var operation = new Operation(server)) {
            gate.deleteAllReferences();
            return operation.whenDurable(gate).thenAccept(cleared -> {});
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public QueueCounts counts(QueueRecord queue) {
        var gate = gate(queue.name());
        var oldest = Optional.ofNullable(gate.peekFirstMessage())
                .map(ref -> MessageMapper.enqueuedMillis(ref.getMessage()))
                .filter(enqueued -> enqueued > 0)
                .map(Instant::ofEpochMilli);
        return new QueueCounts(
                gate.activeCount(),
                gate.table().leased() + gate.getDeliveringCount(),
                gate.delayedCount(),
                gate.pagedCount(),
                gate.getMessagesAdded(),
                gate.getMessagesAcknowledged(),
                oldest,
                TimeReport.next(gate));
    }

    @Override
    public TimeFigures timeFigures() {
        return new TimeReport(visibility).now();
    }

    @Override
    public CompletionStage<List<MessageId>> send(QueueRecord queue, List<NewMessage> messages) {
        var gate = gate(queue.name());
        checkRoom(queue, gate, messages);
        var ids = messages.stream()
                .map(message -> new MessageId(server.getStorageManager().generateID()))
                .toList();
        var tx = messages.size() == 1 ? null : new TransactionImpl(server.getStorageManager());
        return store(gate, messages, ids, ids, tx);
    }

    @Override
    public CompletionStage<List<MessageId>> sendOnce(QueueRecord queue, List<NewMessage> messages, DeduplicationId id) {
        var gate = gate(queue.name());
        return sendsOnce.send(gate, id, messages.size(), new SendsOnce.Send() {
            @Override
            public void check() {
                checkRoom(queue, gate, messages);
            }

            @Override
            public CompletableFuture<List<MessageId>> store(List<MessageId> shown, Transaction tx) {
                var ids = shown.stream()
                        .map(ignored -> new MessageId(server.getStorageManager().generateID()))
                        .toList();
                return ArtemisBroker.this.store(gate, messages, ids, shown, tx);
            }
        });
    }

    private void checkRoom(QueueRecord queue, GateQueue gate, List<NewMessage> messages) {
        refuseWhenDiskIsFull();
        SendRules.of(queue).checkRoom(gate.getMessageCount(), messages.size());
        var isDelayed = !messages.get(0).delay().isZero();
        if (isDelayed
                && gate.delayedCount() + messages.size() > visibility.settings().delayedMessagesMax()) {
            throw CmqError.TOO_MANY_INACTIVE.because("queueName", queue.name());
        }
    }

    /** Stores all in the transaction, which ends here; without one a single message is its own. */
    private CompletableFuture<List<MessageId>> store(
            GateQueue gate,
            List<NewMessage> messages,
            List<MessageId> ids,
            List<MessageId> shown,
            @Nullable Transaction tx) {
        try (var operation = new Operation(server)) {
            try {
                for (var i = 0; i < messages.size(); i++) {
                    var id = ids.get(i).value();
                    route(
                            gate,
                            MessageMapper.stored(
                                    messages.get(i), id, shown.get(i), gate.getAddress(), visibility.now()),
                            tx);
                }
            } catch (Exception e) {
                if (tx != null) {
                    tx.rollback(); // else what was routed before stays charged to the address
                }
                throw e;
            }
            if (tx != null) {
                tx.commit();
            }
            return operation.whenDurable(shown);
        } catch (ActiveMQAddressFullException full) {
            throw CmqError.TOO_MANY_MESSAGES.because("queueName", gate.getName());
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void route(GateQueue gate, Message message, @Nullable Transaction tx) throws Exception {
        var stored = LargeServerMessageImpl.checkLargeMessage(message, server.getStorageManager());
        var status = server.getPostOffice().route(stored, tx, false);
        if (status != RoutingStatus.OK) {
            throw CmqError.QUEUE_NOT_FOUND.because("queueName", gate.getName());
        }
    }

    private void refuseWhenDiskIsFull() {
        var paging = server.getPagingManager();
        if (paging.isDiskFull()) {
            throw CmqError.SEND_FAILED.because(
                    "free disk", paging.getDiskUsableSpace() + " bytes", "more than min-disk-free of broker.xml");
        }
    }

    @Override
    public CompletableFuture<List<Delivery>> receive(QueueRecord queue, int max, Duration wait) {
        var gate = gate(queue.name());
        if (visibility.leasesThatFit(gate.table(), LongStream.of(1)) == 0) {
            throw CmqError.TOO_MANY_INACTIVE.because("queueName", queue.name());
        }
        return gate.receiver().receive(max, wait, queue.attributes().visibilityTimeout());
    }

    @Override
    public CompletionStage<List<ReceiptHandle>> deleteLeased(QueueRecord queue, List<ReceiptHandle> handles) {
        var gate = gate(queue.name());
        var invalid = new ArrayList<ReceiptHandle>();
        var unread = new LinkedHashMap<ReceiptHandle, Lease>();
        var leased = new ArrayList<MessageReference>();
        for (var handle : handles) {
            gate.takeLeased(handle.value())
                    .ifPresentOrElse(
                            leased::add,
                            () -> gate.leases()
                                    .claimUnread(handle.value())
                                    .ifPresentOrElse(lease -> unread.put(handle, lease), () -> invalid.add(handle)));
        }
        var result = leased.isEmpty()
                ? CompletableFuture.<List<ReceiptHandle>>completedFuture(invalid)
                : deleteTaken(gate, leased, invalid);
        for (var entry : unread.entrySet()) {
            result = result.thenCombine(gate.leases().deleteUnread(entry.getValue()), (refused, found) -> {
                if (!found) {
                    invalid.add(entry.getKey());
                }
                return refused;
            });
        }
        return result.thenApply(
                refused -> handles.stream().filter(invalid::contains).toList());
    }

    private CompletableFuture<List<ReceiptHandle>> deleteTaken(
            GateQueue gate, List<MessageReference> leased, List<ReceiptHandle> invalid) {
        try (var operation = new Operation(server)) {
            var tx = leased.size() == 1 ? null : new TransactionImpl(server.getStorageManager());
            for (var ref : leased) {
                gate.acknowledge(tx, ref, AckReason.NORMAL, null, false);
            }
            if (tx != null) {
                tx.commit();
            }
            return operation.whenDurable(invalid);
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    GateQueue gate(QueueName name) {
        if (server.locateQueue(SimpleString.of(name.value())) instanceof GateQueue gate) {
            return gate;
        }
        throw CmqError.QUEUE_NOT_FOUND.because("queueName", name);
    }

    /** Creation and change of queues wait for the disk, one after the other, on a thread of the broker. */
    private <T> CompletableFuture<T> onControl(Callable<T> work) {
        var future = new CompletableFuture<T>();
        control.execute(() -> {
            try {
                future.complete(work.call());
            } catch (Throwable e) {
                future.completeExceptionally(e);
            }
        });
        return future;
    }
}
