/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.quorummq.core.CmqError;
import io.quorummq.core.message.DeduplicationId;
import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.MessageId;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.message.QueueName;
import io.quorummq.core.message.ReceiptHandle;
import io.quorummq.core.queue.Broker;
import io.quorummq.core.queue.BrokerClosedException;
import io.quorummq.core.queue.Horizon;
import io.quorummq.core.queue.QueueAttributes;
import io.quorummq.core.queue.QueueCounts;
import io.quorummq.core.queue.QueueRecord;
import io.quorummq.core.queue.SendRules;
import io.quorummq.core.queue.TimeFigures;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Keeps queues in memory by a clock that the test moves: leases, delays, retention, dead letters by count and long polls
 * as the port promises them. Stages complete before the call returns, unless the test says otherwise.
 */
final class InMemoryBroker implements Broker {
    private final InstantSource clock;
    private final Map<String, Stored> queues = new LinkedHashMap<>();
    private long nextId = 1_000_000;
    private @Nullable RuntimeException failure;
    private @Nullable CompletableFuture<Void> sendsWaitFor;
    private long pretendedMessages;
    private @Nullable Runnable onNextLook;

    InMemoryBroker(ManualClock clock) {
        this.clock = clock;
        clock.onAdvance(this::wakeAll);
    }

    /** From now on every call fails like this. */
    synchronized void failWith(RuntimeException bug) {
        failure = bug;
    }

    /** From now on messages are stored but their ids come only when this completes. */
    synchronized void sendsWaitFor(CompletableFuture<Void> durable) {
        sendsWaitFor = durable;
    }

    /** From now on every queue claims to hold this many messages more than it does. */
    synchronized void pretend(long messages) {
        pretendedMessages = messages;
    }

    /** A queue as JMS or AMQP would make it: CMQ's limits do not bind it. */
    synchronized QueueRecord createUngoverned(String name) {
        return put(new QueueName(name), QueueAttributes.DEFAULT, false).queue;
    }

    /** Closes as a broker does that gave up its office: the receives that wait are told so. */
    void close() {
        var waiters = new ArrayList<Waiter>();
        synchronized (this) {
            queues.values().forEach(stored -> waiters.addAll(stored.waiters));
        }
        waiters.forEach(waiter -> waiter.completeExceptionally(new BrokerClosedException()));
    }

    /** Runs this in the middle of the next call that looks for queues. */
    synchronized void onNextLook(Runnable task) {
        onNextLook = task;
    }

    private void looked() {
        var task = onNextLook;
        onNextLook = null;
        if (task != null) {
            task.run();
        }
    }

    synchronized int waiters(String name) {
        var stored = queues.get(name);
        return stored == null ? 0 : stored.waiters.size();
    }

    @Override
    public synchronized List<QueueRecord> queues() {
        looked();
        return queues.values().stream()
                .map(stored -> stored.queue)
                .sorted(Comparator.comparing(queue -> queue.name().value(), String.CASE_INSENSITIVE_ORDER))
                .toList();
    }

    @Override
    public synchronized Optional<QueueRecord> find(QueueName name) {
        looked();
        if (failure != null) {
            throw failure;
        }
        var exact = queues.get(name.value());
        return exact != null
                ? Optional.of(exact.queue)
                : queues().stream().filter(queue -> queue.name().matches(name)).findFirst();
    }

    @Override
    public synchronized CompletionStage<QueueRecord> create(QueueName name, QueueAttributes attributes) {
        return CompletableFuture.completedStage(put(name, attributes, true).queue);
    }

    @Override
    public synchronized CompletionStage<QueueRecord> update(QueueRecord queue, QueueAttributes attributes) {
        var stored = stored(queue);
        stored.queue = new QueueRecord(queue.name(), queue.id(), attributes, true, queue.created(), clock.instant());
        return CompletableFuture.completedStage(stored.queue);
    }

    @Override
    public CompletionStage<Void> delete(QueueRecord queue) {
        List<Waiter> waiters;
        synchronized (this) {
            waiters = List.copyOf(stored(queue).waiters);
            queues.remove(queue.name().value());
        }
        waiters.forEach(waiter -> waiter.complete(List.of()));
        return CompletableFuture.completedStage(null);
    }

    @Override
    public synchronized CompletionStage<Void> clear(QueueRecord queue) {
        stored(queue).messages.clear();
        return CompletableFuture.completedStage(null);
    }

    @Override
    public synchronized QueueCounts counts(QueueRecord queue) {
        var stored = stored(queue);
        expire(stored);
        var now = clock.instant();
        long active = pretendedMessages;
        long leased = 0;
        long delayed = 0;
        for (var message : stored.messages) {
            if (!message.visibleAt.isAfter(now)) {
                active++;
            } else if (message.handle != null) {
                leased++;
            } else {
                delayed++;
            }
        }
        return new QueueCounts(
                active,
                leased,
                delayed,
                0,
                0,
                0,
                stored.messages.stream().map(message -> message.enqueued).findFirst(),
                nextDelayed(stored));
    }

    private Optional<Instant> nextDelayed(Stored stored) {
        var now = clock.instant();
        return stored.messages.stream()
                .filter(message -> message.handle == null)
                .map(message -> message.visibleAt)
                .filter(due -> due.isAfter(now))
                .min(Comparator.naturalOrder());
    }

    @Override
    public synchronized TimeFigures timeFigures() {
        var counts = queues().stream().map(this::counts).toList();
        var delayed = counts.stream().mapToLong(QueueCounts::delayed).sum();
        var leased = counts.stream().mapToLong(QueueCounts::leased).sum();
        return new TimeFigures(
                clock.instant(),
                Horizon.sort(clock.instant(), delayed, 0, (from, until) -> 0),
                counts.stream().flatMap(queue -> queue.nextDelayed().stream()).min(Comparator.naturalOrder()),
                List.of(),
                0,
                true,
                new TimeFigures.Leases(leased, 0, 0));
    }

    @Override
    public CompletionStage<List<MessageId>> send(QueueRecord queue, List<NewMessage> messages) {
        var ids = new ArrayList<MessageId>();
        CompletableFuture<Void> durable;
        synchronized (this) {
            var stored = stored(queue);
            SendRules.of(queue).checkRoom(pretendedMessages + stored.messages.size(), messages.size());
            var now = clock.instant();
            for (var message : messages) {
                var id = new MessageId(nextId++);
                stored.messages.add(new StoredMessage(id, message.body(), now, now.plus(message.delay())));
                ids.add(id);
            }
            durable = sendsWaitFor;
        }
        wakeAll();
        return durable == null ? CompletableFuture.completedStage(ids) : durable.thenApply(ignored -> List.copyOf(ids));
    }

    @Override
    public CompletionStage<List<MessageId>> sendOnce(QueueRecord queue, List<NewMessage> messages, DeduplicationId id) {
        CompletionStage<List<MessageId>> first;
        synchronized (this) {
            first = stored(queue).sentOnce.get(id);
        }
        return first == null ? sendFirst(queue, messages, id) : first;
    }

    private synchronized CompletionStage<List<MessageId>> sendFirst(
            QueueRecord queue, List<NewMessage> messages, DeduplicationId id) {
        var sent = send(queue, messages);
        stored(queue).sentOnce.put(id, sent);
        return sent;
    }

    @Override
    public CompletableFuture<List<Delivery>> receive(QueueRecord queue, int max, Duration wait) {
        synchronized (this) {
            var stored = stored(queue);
            var found = lease(stored, max);
            if (!found.isEmpty() || wait.isZero()) {
                return CompletableFuture.completedFuture(found);
            }
            var waiter = new Waiter(max, clock.instant().plus(wait));
            stored.waiters.add(waiter);
            CompletionStage<List<Delivery>> stage = waiter;
            stage.whenComplete((done, failed) -> forget(stored, waiter));
            return waiter;
        }
    }

    @Override
    public synchronized CompletionStage<List<ReceiptHandle>> deleteLeased(
            QueueRecord queue, List<ReceiptHandle> handles) {
        var stored = stored(queue);
        var now = clock.instant();
        var refused = handles.stream()
                .filter(handle -> !stored.messages.removeIf(
                        message -> handle.equals(message.handle) && message.visibleAt.isAfter(now)))
                .toList();
        return CompletableFuture.completedStage(refused);
    }

    private Stored put(QueueName name, QueueAttributes attributes, boolean governed) {
        var now = clock.instant();
        var id = "queue-%08d".formatted(nextId++);
        var stored = new Stored(new QueueRecord(name, id, attributes, governed, now, now));
        queues.put(name.value(), stored);
        return stored;
    }

    private Stored stored(QueueRecord queue) {
        if (failure != null) {
            throw failure;
        }
        var stored = queues.get(queue.name().value());
        if (stored == null) {
            throw CmqError.QUEUE_NOT_FOUND.because("queueName", queue.name());
        }
        return stored;
    }

    private synchronized void forget(Stored stored, Waiter waiter) {
        stored.waiters.remove(waiter);
    }

    private void expire(Stored stored) {
        var oldest = clock.instant().minus(stored.queue.attributes().retention());
        if (stored.queue.governed()) {
            stored.messages.removeIf(message -> !message.enqueued.isAfter(oldest));
        }
    }

    private List<Delivery> lease(Stored stored, int max) {
        expire(stored);
        var now = clock.instant();
        var found = new ArrayList<Delivery>();
        for (var message : stored.messages) {
            if (found.size() < max && !message.visibleAt.isAfter(now)) {
                message.visibleAt = now.plus(stored.queue.attributes().visibilityTimeout());
                message.handle = new ReceiptHandle(nextId++);
                message.count++;
                if (message.firstReceived == null) {
                    message.firstReceived = now;
                }
                found.add(message.delivery());
            }
        }
        return found;
    }

    /** Completes outside the lock: those who wait may call back. */
    private void wakeAll() {
        var woken = new LinkedHashMap<Waiter, List<Delivery>>();
        synchronized (this) {
            for (var stored : queues.values()) {
                for (Iterator<Waiter> all = stored.waiters.iterator(); all.hasNext(); ) {
                    var waiter = all.next();
                    var found = lease(stored, waiter.max);
                    if (!found.isEmpty() || !waiter.until.isAfter(clock.instant())) {
                        all.remove();
                        woken.put(waiter, found);
                    }
                }
            }
        }
        woken.forEach(CompletableFuture::complete);
    }

    private static final class Stored {
        private QueueRecord queue;
        private final List<StoredMessage> messages = new ArrayList<>();
        private final LinkedHashSet<Waiter> waiters = new LinkedHashSet<>();
        private final Map<DeduplicationId, CompletionStage<List<MessageId>>> sentOnce = new HashMap<>();

        Stored(QueueRecord queue) {
            this.queue = queue;
        }
    }

    private static final class StoredMessage {
        private final MessageId id;
        private final String body;
        private final Instant enqueued;
        private Instant visibleAt;
        private @Nullable ReceiptHandle handle;
        private @Nullable Instant firstReceived;
        private int count;

        StoredMessage(MessageId id, String body, Instant enqueued, Instant visibleAt) {
            this.id = id;
            this.body = body;
            this.enqueued = enqueued;
            this.visibleAt = visibleAt;
        }

        Delivery delivery() {
            if (handle == null || firstReceived == null) {
                throw new IllegalStateException("message " + id + " is not leased");
            }
            return new Delivery(id, handle, body, false, enqueued, firstReceived, visibleAt, count);
        }
    }

    private static final class Waiter extends CompletableFuture<List<Delivery>> {
        private final int max;
        private final Instant until;

        Waiter(int max, Instant until) {
            this.max = max;
            this.until = until;
        }
    }
}
