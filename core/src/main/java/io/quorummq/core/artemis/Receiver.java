/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.CmqError;
import io.quorummq.core.message.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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
    private boolean attached;
    private boolean closing;
    private boolean closed;

    Receiver(GateQueue queue, ActiveMQServer server) {
        this.queue = queue;
        this.server = server;
    }

    /** See {@link io.quorummq.core.queue.Broker#receive}. */
    CompletableFuture<List<Delivery>> receive(int max, Duration wait, Duration visibility) {
        var request = new Request(max, visibility);
        synchronized (queue) {
            if (closed) {
                return CompletableFuture.completedFuture(List.of());
            }
            try {
                attach();
            } catch (Exception e) {
                return CompletableFuture.failedFuture(
                        CmqError.INTERNAL_ERROR.because("queueName", queue.getName(), "a queue that admits consumers"));
            }
            waiting.add(request);
        }
        var unused = request.future.whenComplete((deliveries, failure) -> withdraw(request));
        if (wait.isZero()) {
            queue.deliverAsync();
            queue.getExecutor().execute(() -> endUnlessPagesHoldMore(request));
        } else {
            request.endAfter(wait);
            queue.deliverAsync();
        }
        return request.future;
    }

    private void endUnlessPagesHoldMore(Request request) {
        if (request.future.isDone()) {
            return;
        }
        if (queue.activeCount() > 0) {
            request.endAfter(PAGE_READ_WAIT);
        } else {
            end(request);
        }
    }

    private void end(Request request) {
        synchronized (queue) {
            // what was taken already is about to be answered
            if (!request.taken.isEmpty() || !waiting.remove(request)) {
                return;
            }
            detachIfIdle();
        }
        request.future.complete(List.of());
    }

    private void withdraw(Request request) {
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
        if (attached && waiting.isEmpty() && served.isEmpty()) {
            queue.removeConsumer(this);
            attached = false;
        }
    }

    /** Ends every waiting request empty: the queue is being deleted. */
    void close() {
        List<Request> ended;
        synchronized (queue) {
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
            answer(request);
        }
        synchronized (queue) {
            detachIfIdle();
        }
        queue.deliverAsync();
    }

    private void answer(Request request) {
        var fresh = new ArrayList<MessageReference>();
        for (var ref : request.taken) {
            if (queue.isTooOld(ref)) {
                queue.removeOrReturn(ref);
            } else {
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
        synchronized (queue) {
            waiting.add(request);
        }
        if (request.future.isDone()) {
            withdraw(request);
        }
    }

    private void lease(Request request, List<MessageReference> refs) {
        var deliveries = new ArrayList<Delivery>();
        try (var operation = new Operation(server)) {
            for (int i = 0; i < refs.size(); i++) {
                var ref = refs.get(i);
                var isLast = i == refs.size() - 1;
                var lease = queue.lease(ref, request.visibility.toMillis(), isLast, operation.completion());
                deliveries.add(MessageMapper.delivery(ref, lease));
            }
            operation.whenDurable(() -> request.future.complete(deliveries), request.future::completeExceptionally);
        } catch (Exception e) {
            fail(request, e);
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

        Request(int max, Duration visibility) {
            this.max = max;
            this.visibility = visibility;
        }

        void endAfter(Duration wait) {
            timeout = server.getScheduledPool().schedule(() -> end(this), wait.toMillis(), TimeUnit.MILLISECONDS);
        }

        void stopTimer() {
            var armed = timeout;
            if (armed != null) {
                armed.cancel(false);
            }
        }
    }
}
