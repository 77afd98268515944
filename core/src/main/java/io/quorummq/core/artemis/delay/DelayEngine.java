/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import io.quorummq.core.delay.DelayIndex;
import io.quorummq.core.delay.DelayMeter;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;

/**
 * Keeps messages of all protocols until they are due: those due soon in memory, the others on pages. Lives as long as one
 * engine: made before it is loaded, started when it is, closed before it stops.
 */
public final class DelayEngine implements AutoCloseable {
    private final ActiveMQServer server;
    private final Destinations destinations;
    private final DelayIndex index = new DelayIndex();
    private final Buckets buckets;
    private final Fates fates;
    private final Mover mover;
    private final DelayRouting routing;
    private final Clockwork clockwork;
    private final InstantSource clock;

    /** @param meter counts what happens */
    public DelayEngine(
            ActiveMQServer server,
            Destinations destinations,
            DelayLimits limits,
            DelayMeter meter,
            InstantSource clock) {
        this.server = server;
        this.destinations = destinations;
        this.clock = clock;
        this.buckets = new Buckets(server);
        this.fates = new Fates(destinations);
        this.mover = new Mover(server, destinations, buckets, index, meter, fates, clock);
        this.clockwork = new Clockwork(buckets, destinations, index, fates, mover, limits, clock);
        this.routing = new DelayRouting(server, destinations, buckets, index, fates, limits, clock, clockwork::wake);
    }

    /** Decides of each message that is stored where it waits. */
    public ActiveMQServerMessagePlugin routing() {
        return routing;
    }

    /** Begins to move messages; once the engine is loaded. */
    public void start() {
        try {
            var transactions = server.getResourceManager();
            var prepared = List.copyOf(transactions.getPreparedTransactions());
            clockwork.start(
                    buckets.open(), () -> prepared.stream().anyMatch(xid -> transactions.getTransaction(xid) != null));
        } catch (Exception e) {
            throw new IllegalStateException("the buckets of delayed messages cannot be opened", e);
        }
    }

    /** How many messages wait in buckets for this queue. */
    public long count(long queueId) {
        return index.count(queueId);
    }

    /** When the first one of them is due, in milliseconds since the epoch; about. */
    public OptionalLong firstDue(long queueId) {
        return index.firstDueOf(queueId);
    }

    /** How many messages wait in buckets for all queues together; one that is for several counts once. */
    public long count() {
        return index.total();
    }

    /** When the first message of all in buckets is due, in milliseconds since the epoch; about. */
    public OptionalLong firstDue() {
        return LongStream.concat(index.firstDue().stream(), clockwork.firstDue().stream())
                .filter(due -> due > 0) // else nothing wants it any more, and it is about to be deleted
                .min();
    }

    /**
     * How many messages in buckets are due between these times, in milliseconds since the epoch; to a bucket's span, and
     * without those of buckets that are being read.
     */
    public long countBetween(long from, long until) {
        return index.countBetween(from, until);
    }

    /** Whether what an earlier broker left in the buckets is counted. */
    public boolean hasCounted() {
        return clockwork.hasCounted();
    }

    /** Forgets the messages of a queue that was cleared or deleted, and deletes them in the background. */
    public void forget(long queueId) {
        var held = index.clear(queueId);
        var sweep = new Search(
                buckets.all().stream()
                        .filter(queue -> held.contains(queue.bucket()))
                        .toList(),
                fates,
                waiting -> fates.wanting(waiting.ticket()).isEmpty(),
                this::settle,
                Long.MAX_VALUE);
        var unused = sweep.found().thenAccept(swept -> {
            // what was sent to it while it was cleared was forgotten with the rest
            if (destinations.find(queueId).isPresent()) {
                clockwork.countAgain(held);
            }
        });
        clockwork.ask(sweep);
    }

    private void settle(List<Waiting> messages) {
        clockwork.withdraw(messages);
        mover.move(messages);
    }

    /**
     * Deletes messages that wait for this queue in buckets.
     *
     * @param wanted says of a message, and of the number under which it was stored first, whether it is deleted
     * @param most how many are deleted at most
     * @return how many were
     */
    public CompletableFuture<Long> delete(Queue queue, Wanted wanted, long most) {
        return search(
                queue,
                wanted,
                found -> {
                    clockwork.withdraw(found);
                    mover.withdraw(found, queue.getID());
                },
                most);
    }

    /** Up to {@code most} of the messages that wait for this queue in buckets, as they lie there. */
    public CompletableFuture<List<MessageReference>> list(Queue queue, int most) {
        var found = new ArrayList<MessageReference>();
        return search(
                        queue,
                        (message, firstId) -> true,
                        messages -> messages.forEach(waiting -> found.add(waiting.ref())),
                        most)
                .thenApply(count -> found);
    }

    private CompletableFuture<Long> search(Queue queue, Wanted wanted, Search.Action action, long most) {
        var id = queue.getID();
        var holding = index.holding(id);
        var search = new Search(
                buckets.all().stream()
                        .filter(bucket -> holding.contains(bucket.bucket()))
                        .toList(),
                fates,
                waiting -> fates.wanting(waiting.ticket()).contains(id)
                        && wanted.test(
                                waiting.ref().getMessage(), waiting.ticket().firstId()),
                action,
                most);
        clockwork.ask(search);
        return search.found();
    }

    /** Whether a message that may be seen at this time can wait for it in memory. */
    public boolean isNear(long due) {
        return routing.isNear(due, clock.millis());
    }

    /**
     * Has a message that a consumer gave back wait in a bucket.
     *
     * @param deliveries how often consumers had it
     * @param firstReceived when they had it first, in milliseconds since the epoch, or 0
     * @param shownId the id that CMQ callers see
     */
    public void postpone(Queue queue, MessageReference ref, long due, int deliveries, long firstReceived, long shownId)
            throws Exception {
        var ticket = new Ticket(ref.getMessageID(), shownId, due, deliveries, firstReceived, List.of(queue.getID()));
        mover.postpone(queue, ref, ticket);
    }

    @Override
    public void close() {
        clockwork.close();
    }

    /** Tells messages apart. */
    @FunctionalInterface
    public interface Wanted {
        /** Whether this one is meant, which was stored under the given number first. */
        boolean test(Message message, long firstId);
    }
}
