/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.CmqError;
import io.quorummq.core.message.Delivery;
import io.quorummq.core.queue.BrokerClosedException;
import io.quorummq.core.visibility.Lease;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.core.filter.Filter;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.Consumer;
import org.apache.activemq.artemis.core.server.HandleStatus;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one consumer that all waiting CMQ receives of a queue share. It is on the queue only while a request waits, because
 * a consumer that stays would take JMS message groups, exclusive queues and consumer limits for itself. A waiting request
 * holds no thread. The queue's monitor guards the state, since the queue calls {@link #handle} under it.
 */
final class Receiver implements Consumer {
    private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

    /** How long a receive that does not want to wait gets for messages that must be read from a page first. */
    private static final Duration PAGE_READ_WAIT = Duration.ofMillis(800);

    private final GateQueue queue;
    private final ActiveMQServer server;
    private final Set<Request> waiting = new LinkedHashSet<>();
    private final List<Request> served = new ArrayList<>();
    /** Every request without an answer, wherever it is. */
    private final Set<Request> open = ConcurrentHashMap.newKeySet();

    private boolean attached;
    private int answering;
    private boolean closing;
    private boolean closed;
    private boolean engineCloses;

    Receiver(GateQueue queue, ActiveMQServer server) {
        this.queue = queue;
        this.server = server;
    }

    /** See {@link io.quorummq.core.queue.Broker#receive}. */
    CompletableFuture<List<Delivery>> receive(int max, Duration wait, Duration visibility) {
        var request = new Request(max, visibility);
        synchronized (queue) {
            if (closed) {
                request.endEmpty();
                return request.future;
            }
            try {
                attach();
            } catch (Exception e) {
                return CompletableFuture.failedFuture(
                        CmqError.INTERNAL_ERROR.because("queueName", queue.getName(), "a queue that admits consumers"));
            }
            waiting.add(request);
        }
        open.add(request);
        var unused = request.future.whenComplete((deliveries, failure) -> withdraw(request));
        if (wait.isZero()) {
            lookOnce(request);
        } else {
            request.endAfter(wait);
            queue.deliverAsync();
        }
        return request.future;
    }

    private void lookOnce(Request request) {
        queue.deliverAsync();
        queue.getExecutor().execute(() -> endUnlessPagesHoldMore(request));
    }

    private void endUnlessPagesHoldMore(Request request) {
        synchronized (queue) {
            if (!waits(request)) {
                return; // it is being answered, or looks once more if there was nothing to answer it with
            }
        }
        if (queue.activeCount() > 0) {
            request.endAfter(PAGE_READ_WAIT);
        } else {
            end(request);
        }
    }

    private void end(Request request) {
        synchronized (queue) {
            if (!waits(request)) {
                request.overdue = true; // it is being answered; if with nothing, it waits no longer
                return;
            }
            waiting.remove(request);
            detachIfIdle();
        }
        request.endEmpty();
    }

    private boolean waits(Request request) {
        return waiting.contains(request) && request.taken.isEmpty();
    }

    private void withdraw(Request request) {
        open.remove(request);
        request.stopTimer();
        synchronized (queue) {
            if (waiting.remove(request)) {
                detachIfIdle();
            }
        }
    }

    private void attach() throws Exception {
        if (!attached) {
            queue.addConsumer(this);
            attached = true;
        }
    }

    private void detachIfIdle() {
        if (attached && waiting.isEmpty() && served.isEmpty() && answering == 0) {
            queue.removeConsumer(this);
            attached = false;
        }
    }

    /** Fails what has no answer yet: the engine has stopped, and with it the threads that would give one. */
    void abort() {
        open.forEach(request -> request.future.completeExceptionally(
                new IllegalStateException("the engine stopped before the receive of " + queue.getName() + " ended")));
    }

    /** Ends every waiting request empty: the queue is being deleted. */
    void close() {
        close(false);
    }

    /** Ends every waiting request with {@link BrokerClosedException}, so that it can wait on wherever the queue is next. */
    void leave() {
        close(true);
    }

    private void close(boolean withEngine) {
        List<Request> ended;
        synchronized (queue) {
            engineCloses |= withEngine;
            closed = true;
            ended = List.copyOf(waiting);
        }
        ended.forEach(this::end);
    }

    // --- the queue's side --------------------------------------------------------------------------------------------

    @Override
    public HandleStatus handle(MessageReference ref) {
        var next = nextWaiting();
        if (next == null) {
            return HandleStatus.BUSY;
        }
        next.taken.add(ref);
        if (next.taken.size() == 1) {
            served.add(next);
        }
        if (next.taken.size() == next.max) {
            waiting.remove(next);
        }
        if (!closing) {
            closing = true;
            // after the delivery loop that runs now, so that a batch takes what the loop gives
            queue.getExecutor().execute(this::answerServed);
        }
        return HandleStatus.HANDLED;
    }

    private @Nullable Request nextWaiting() {
        for (Iterator<Request> requests = waiting.iterator(); requests.hasNext(); ) {
            var request = requests.next();
            if (!request.future.isDone()) {
                return request;
            }
            requests.remove();
        }
        return null;
    }

    /** Nothing: the message is leased and handed out with its batch. */
    @Override
    public void proceedDeliver(MessageReference ref) {}

    private void answerServed() {
        List<Request> answers;
        synchronized (queue) {
            answers = List.copyOf(served);
            served.clear();
            closing = false;
            answering += answers.size();
            answers.forEach(waiting::remove);
            for (var request : answers) {
                for (var ref : request.taken) {
                    var group = ref.getMessage().getGroupID();
                    if (group != null) {
                        queue.resetGroup(group);
                    }
                }
            }
        }
        for (var request : answers) {
            try {
                answer(request);
            } catch (RuntimeException e) {
                fail(request, e);
            }
        }
        synchronized (queue) {
            answering -= answers.size();
            detachIfIdle();
        }
        queue.deliverAsync();
    }

    private void answer(Request request) {
        var fresh = new ArrayList<MessageReference>();
        for (var ref : request.taken) {
            if (!queue.left(ref)) {
                fresh.add(ref);
            }
        }
        request.taken.clear();
        if (request.future.isDone()) {
            queue.addSorted(fresh, true);
        } else if (fresh.isEmpty()) {
            waitAgain(request);
        } else {
            lease(request, fresh);
        }
    }

    private void waitAgain(Request request) {
        boolean waits;
        synchronized (queue) {
            waits = !request.overdue && !closed;
            if (waits) {
                waiting.add(request);
            }
        }
        if (!waits) {
            request.endEmpty();
        } else if (request.future.isDone()) {
            withdraw(request);
        } else if (!request.hasTimer()) {
            lookOnce(request);
        }
    }

    private void lease(Request request, List<MessageReference> refs) {
        var fit = queue.leasesThatFit(refs);
        if (fit < refs.size()) {
            queue.addSorted(refs.subList(fit, refs.size()), true);
        }
        if (fit == 0) {
            request.future.completeExceptionally(CmqError.TOO_MANY_INACTIVE.because("queueName", queue.getName()));
            return;
        }
        var deliveries = new ArrayList<Delivery>();
        var unleased = new ArrayDeque<>(refs.subList(0, fit));
        try (var operation = new Operation(server)) {
            while (!unleased.isEmpty()) {
                var ref = unleased.element();
                var isLast = unleased.size() == 1;
                var lease = queue.lease(ref, request.visibility.toMillis(), isLast, operation.completion());
                unleased.remove();
                delivery(ref, lease).ifPresent(deliveries::add);
            }
            if (deliveries.isEmpty()) {
                waitAgain(request);
            } else {
                operation.whenDurable(() -> request.future.complete(deliveries), request.future::completeExceptionally);
            }
        } catch (Exception e) {
            queue.addSorted(List.copyOf(unleased), true);
            fail(request, e);
        }
    }

    /** Empty where the message makes no sense: then it stays leased, lets the others pass and counts as received. */
    private Optional<Delivery> delivery(MessageReference ref, Lease lease) {
        try {
            return Optional.of(MessageMapper.delivery(ref, lease));
        } catch (RuntimeException e) {
            LOG.error("Queue {}: message {} cannot be read", queue.getName(), ref.getMessageID(), e);
            return Optional.empty();
        }
    }

    private void fail(Request request, Exception e) {
        LOG.error("Queue {}: a receive failed", queue.getName(), e);
        request.future.completeExceptionally(e);
    }

    @Override
    public boolean supportsDirectDelivery() {
        return false;
    }

    @Override
    public @Nullable Filter getFilter() {
        return null;
    }

    @Override
    public List<MessageReference> getDeliveringMessages() {
        return List.of();
    }

    @Override
    public String debug() {
        return toManagementString();
    }

    @Override
    public String toManagementString() {
        return "CMQ receives of queue " + queue.getName();
    }

    @Override
    public void disconnect() {
        close();
    }

    @Override
    public void failed(Throwable failure) {
        LOG.error("Queue {}: receiving failed", queue.getName(), failure);
        List<Request> failed;
        synchronized (queue) {
            failed = List.copyOf(waiting);
        }
        failed.forEach(request -> request.future.completeExceptionally(failure));
    }

    @Override
    public long sequentialID() {
        return queue.getID();
    }

    /** One waiting receive. */
    private final class Request {
        private final int max;
        private final Duration visibility;
        private final List<MessageReference> taken = new ArrayList<>();
        private final CompletableFuture<List<Delivery>> future = new CompletableFuture<>();
        private volatile @Nullable ScheduledFuture<?> timeout;
        private boolean overdue;

        Request(int max, Duration visibility) {
            this.max = max;
            this.visibility = visibility;
        }

        /** Nothing was leased: the answer is "no message", unless the time was cut short. */
        void endEmpty() {
            boolean cutShort;
            synchronized (queue) {
                cutShort = engineCloses;
            }
            if (cutShort) {
                future.completeExceptionally(new BrokerClosedException());
            } else {
                future.complete(List.of());
            }
        }

        void endAfter(Duration wait) {
            timeout = server.getScheduledPool().schedule(() -> end(this), wait.toMillis(), TimeUnit.MILLISECONDS);
        }

        boolean hasTimer() {
            return timeout != null;
        }

        void stopTimer() {
            var armed = timeout;
            if (armed != null) {
                armed.cancel(false);
            }
        }
    }
}
