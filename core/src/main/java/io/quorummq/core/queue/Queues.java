/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import io.quorummq.core.CmqError;
import io.quorummq.core.Limits;
import io.quorummq.core.message.QueueName;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * All CMQ queues of the account, and the rules that bind more than one of them.
 *
 * <p>Every method refuses by throwing {@link io.quorummq.core.CmqException} or by a stage that fails with one; with
 * 6000/10050 while no broker is active on this node. No method blocks. What changes queues happens one after the other,
 * in the order of the calls, so that two callers cannot both pass a rule that has room for one.
 */
public final class Queues {
    private final Supplier<Optional<Broker>> active;
    private final Limits limits;
    private final InTurn changes = new InTurn();

    /** @param active the broker that is active on this node, if any; asked at every call */
    public Queues(Supplier<Optional<Broker>> active, Limits limits) {
        this.active = active;
        this.limits = limits;
    }

    /** The bounds that hold for all queues. */
    public Limits limits() {
        return limits;
    }

    /**
     * Creates a queue. Refuses a name that exists in any case (4460/10210), a name with an underscore when names are
     * strict (4000/10020), one governed queue too many (4450/10220), and what {@link AttributeChanges} and the dead-letter rules
     * refuse.
     */
    public CompletionStage<CmqQueue> create(QueueName name, AttributeChanges changes) {
        if (limits.strictNames() && name.value().indexOf('_') >= 0) {
            throw CmqError.QUEUE_NAME_FORMAT.because("queueName", name, "letters, digits and hyphens");
        }
        var broker = broker();
        return this.changes.run(broker, () -> {
            if (broker.find(name).isPresent()) {
                throw CmqError.QUEUE_EXISTS.because("queueName", name);
            }
            var queues = broker.queues();
            var governed = queues.stream().filter(QueueRecord::governed).count();
            if (governed >= limits.queues()) {
                throw CmqError.TOO_MANY_QUEUES.because("queues", governed, "at most " + limits.queues());
            }
            var attributes = changes.applyTo(QueueAttributes.DEFAULT, limits);
            return broker.create(name, DeadLetterRules.checked(name, attributes, queues, limits))
                    .thenApply(created -> new CmqQueue(broker, created, this));
        });
    }

    /** The queue of this name, which may differ in case; refuses with 4440/10100 when there is none. */
    public CmqQueue get(QueueName name) {
        var broker = broker();
        return new CmqQueue(broker, existing(broker, name), this);
    }

    /** The queues whose name holds the search word, a page of them, ordered by name. */
    public QueuePage list(QueuePage.Query query) {
        return query.of(broker().queues());
    }

    /** The queues that send their dead letters to this one; refuses with 4440/10100 when it does not exist. */
    public QueuePage deadLetterSources(QueueName target, QueuePage.Query query) {
        var broker = broker();
        existing(broker, target);
        return query.of(DeadLetterRules.sourcesOf(target, broker.queues()));
    }

    /** The id of a queue, or its name when there is none (any more). */
    public String idOf(QueueName name) {
        return broker().find(name).map(QueueRecord::id).orElse(name.value());
    }

    /** Runs a change of one queue after all earlier changes, on the queue as it is by then. */
    <T> CompletionStage<T> change(Broker broker, QueueName name, Change<T> change) {
        return changes.run(broker, () -> change.apply(existing(broker, name), broker.queues()));
    }

    private Broker broker() {
        return active.get().orElseThrow(() -> CmqError.INTERNAL_ERROR.naming("no broker is active on this node"));
    }

    private static QueueRecord existing(Broker broker, QueueName name) {
        return broker.find(name).orElseThrow(() -> CmqError.QUEUE_NOT_FOUND.because("queueName", name));
    }

    /** A change of one queue, decided with all queues in view. */
    interface Change<T> {
        CompletionStage<T> apply(QueueRecord queue, List<QueueRecord> all);
    }

    /** Runs changes one after the other; a broker that never answers holds up its own changes only. */
    private static final class InTurn {
        private Optional<Broker> of = Optional.empty();
        private CompletionStage<?> last = CompletableFuture.completedStage(null);

        synchronized <T> CompletionStage<T> run(Broker broker, Supplier<CompletionStage<T>> change) {
            if (of.isEmpty() || of.get() != broker) {
                of = Optional.of(broker);
                last = CompletableFuture.completedStage(null);
            }
            CompletionStage<T> result = last.handle((done, failure) -> true).thenCompose(ignored -> change.get());
            last = result;
            return result;
        }
    }
}
