/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.visibility.Lease;
import io.quorummq.core.visibility.VisibilityTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.activemq.artemis.api.core.Pair;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.core.filter.Filter;
import org.apache.activemq.artemis.core.journal.IOCompletion;
import org.apache.activemq.artemis.core.paging.cursor.PageSubscription;
import org.apache.activemq.artemis.core.paging.cursor.PagedReference;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.postoffice.PostOffice;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.QueueFactory;
import org.apache.activemq.artemis.core.server.ServerConsumer;
import org.apache.activemq.artemis.core.server.impl.AckReason;
import org.apache.activemq.artemis.core.server.impl.QueueImpl;
import org.apache.activemq.artemis.core.settings.HierarchicalRepository;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.core.transaction.impl.TransactionImpl;
import org.apache.activemq.artemis.utils.actors.ArtemisExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue with one gate: whether a message may be seen now is asked here and nowhere else, for consumers of every
 * protocol. Leases, delays and redelivery delays all keep a message back until its time on the cluster's clock; Artemis'
 * own schedule, which goes by the wall clock and persists nothing of a paged message, is never used.
 *
 * <p>Messages under a lease are not in delivery as Artemis understands it, so that they do not stop the reading of pages.
 */
final class GateQueue extends QueueImpl {
    private static final Logger LOG = LoggerFactory.getLogger(GateQueue.class);
    private static final int AGE_SCAN_MESSAGES_MAX = 1000;
    /** How many delayed messages an administrator gets to see at once. */
    private static final int LISTED_MAX = 1000;

    private static final int RELEASED_MESSAGES_MAX = 1000;

    private final ActiveMQServer server;
    private final StorageManager storage;
    private final Visibility shared;
    private final Leases leases;
    private final DeadLetters deadLetters;
    private final Redelivery redelivery;
    private final VisibilityTable<MessageReference> table;
    private final Receiver receiver;
    private final QueueRules rules = new QueueRules();
    private final Clearing clearing;
    private final Alarm alarm;

    GateQueue(
            QueueConfiguration configuration,
            @Nullable Filter filter,
            @Nullable PageSubscription pages,
            ScheduledExecutorService timer,
            PostOffice postOffice,
            StorageManager storage,
            HierarchicalRepository<AddressSettings> addressSettings,
            ArtemisExecutor executor,
            ActiveMQServer server,
            QueueFactory factory,
            Visibility shared) {
        super(
                configuration,
                filter,
                pages == null ? null : pages.getPagingStore(),
                pages,
                timer,
                postOffice,
                storage,
                addressSettings,
                executor,
                server,
                factory);
        this.server = server;
        this.storage = storage;
        this.shared = shared;
        this.table = new VisibilityTable<>(shared.totals());
        this.clearing = new Clearing(this, storage);
        this.leases = new Leases(this, server, storage, shared);
        this.alarm = new Alarm(timer, shared.clock(), () -> getExecutor().execute(this::releaseDue));
        this.deadLetters = new DeadLetters(server, storage);
        this.redelivery = new Redelivery(this, rules, deadLetters, shared);
        this.receiver = new Receiver(this, server);
    }

    QueueRules rules() {
        return rules;
    }

    Receiver receiver() {
        return receiver;
    }

    VisibilityTable<MessageReference> table() {
        return table;
    }

    long now() {
        return shared.now();
    }

    /**
     * Artemis takes a queue for empty, and deletes its pages, while all on them is of prepared transactions. Not for an address
     * with several queues: one that never had those messages would keep their pages for good.
     */
    void keepPagesOfPreparedMessages() {
        if (pageSubscription != null && getName().equals(getAddress())) {
            pageSubscription.notEmpty();
        }
    }

    /** How many messages may be seen now, those on pages included; approximate while messages move. */
    long activeCount() {
        return Math.max(0, getMessageCount() - table.leased() - delayedCount() - getDeliveringCount());
    }

    /** How many messages wait for their time, in memory and in buckets. */
    long delayedCount() {
        return table.delayed() + shared.delays().count(getID());
    }

    /** When the next message may be seen that waits for its time; about. */
    OptionalLong nextDelayed() {
        return LongStream.concat(table.nextDelayed().stream(), shared.delays().firstDue(getID()).stream())
                .min();
    }

    Clearing clearing() {
        return clearing;
    }

    long pagedCount() {
        return pageSubscription == null ? 0 : pageSubscription.getMessageCount();
    }

    // --- what enters the queue passes the gate -----------------------------------------------------------------------

    /** Every new message, and every message that is read from a page. */
    @Override
    protected boolean scheduleIfPossible(MessageReference ref) {
        if (isHeldUntilCommitted(ref)) {
            reloadSequence(ref);
            return true;
        }
        if (!hide(ref) && !holdIfItLeaves(ref)) {
            return false;
        }
        if (!ref.isPaged()) {
            incrementMesssagesAdded();
        }
        reloadSequence(ref);
        return true;
    }

    /** Every message of the journal, when the engine starts. */
    @Override
    public synchronized void reload(MessageReference ref) {
        leases.reloaded(ref);
        if (hide(ref)) {
            reloadSequence(ref);
            if (!ref.isPaged()) {
                incrementMesssagesAdded();
            }
        } else {
            super.reload(ref);
        }
    }

    @Override
    public void addSorted(MessageReference ref, boolean scheduling) {
        if (scheduling || !hideAgain(ref)) {
            super.addSorted(ref, true);
        }
    }

    /** Also the end of a roll-back, which is answered next. */
    @Override
    public void addSorted(List<MessageReference> refs, boolean scheduling) {
        super.addSorted(refs, scheduling);
        if (!scheduling) {
            GivenBack.awaitThoseOfThisThread();
        }
    }

    @Override
    public void addHead(MessageReference ref, boolean scheduling) {
        if (scheduling || !hideAgain(ref)) {
            super.addHead(ref, true);
        }
    }

    @Override
    public synchronized void cancel(MessageReference ref, long timeBase) throws Exception {
        var result = checkRedelivery(ref, timeBase, false);
        if (result.getA()) {
            addSorted(ref, false);
            resetAllIterators();
        } else if (!result.getB()) {
            decDelivering(ref);
        }
    }

    /** A message comes off its page before it is stored for good; until then it could still vanish, and nobody may see it. */
    private boolean isHeldUntilCommitted(MessageReference ref) {
        return ref instanceof PagedReference paged
                && pages().isPresent()
                && pages().get().runWhenCommitted(paged, () -> addSorted(List.of(ref), false));
    }

    private Optional<EnginePagingStore> pages() {
        return Optional.ofNullable(pageSubscription)
                .map(PageSubscription::getPagingStore)
                .filter(EnginePagingStore.class::isInstance)
                .map(EnginePagingStore.class::cast);
    }

    private boolean hideAgain(MessageReference ref) {
        if (ref.isAlreadyAcked() || !hide(ref)) {
            return false;
        }
        ref.setInDelivery(false);
        return true;
    }

    private boolean hide(MessageReference ref) {
        var scheduledAt = ref.getScheduledDeliveryTime();
        if (scheduledAt == 0 && table.isEmpty()) {
            return false;
        }
        var id = ref.getMessageID();
        table.lease(id)
                .filter(lease -> lease.receiveCount() > ref.getDeliveryCount())
                .ifPresent(lease -> ref.setDeliveryCount(lease.receiveCount()));
        if (table.hide(ref, id, ref.isPaged(), Leases.bytes(ref), scheduledAt, shared.now())) {
            ring();
            return true;
        }
        if (scheduledAt != 0) {
            ref.setScheduledDeliveryTime(0);
        }
        return false;
    }

    /**
     * Keeps back a message that was handed out too often before, and whose last lease ended while it lay on its page or the
     * engine was down: else a JMS or AMQP consumer would get it once more.
     */
    private boolean holdIfItLeaves(MessageReference ref) {
        var id = ref.getMessageID();
        if (table.isEmpty()
                || table.lease(id).isEmpty()
                || rules.deadLetterByCount(ref).isEmpty()) {
            return false;
        }
        var now = shared.now();
        table.hide(ref, id, ref.isPaged(), Leases.bytes(ref), now + 1, now);
        ring();
        return true;
    }

    /** Takes those of these messages that have to leave off the queue, which is being loaded; {@link #ring} sends them away. */
    synchronized void holdWhatLeaves(Collection<MessageReference> loaded) {
        var leaving = loaded.stream()
                .filter(ref ->
                        rules.deadLetterByCount(ref).isPresent() && !table.hides(ref.getMessageID(), shared.now()))
                .collect(Collectors.toCollection(() -> Collections.newSetFromMap(new IdentityHashMap<>())));
        if (leaving.isEmpty()) {
            return;
        }
        try (var iterator = iterator()) {
            while (iterator.hasNext()) {
                var ref = iterator.next();
                if (leaving.contains(ref)) {
                    iterator.remove();
                    refRemoved(ref);
                    holdIfItLeaves(ref);
                }
            }
        }
    }

    /** Looks again for what may be seen from now on, or has to leave. */
    void ring() {
        alarm.set(table.nextDue());
    }

    // --- leases ------------------------------------------------------------------------------------------------------

    /** Leases a message that a receiver has just taken off the queue; see {@link Leases#grant}. */
    Lease lease(MessageReference ref, long visibilityMillis, boolean sync, IOCompletion completion) throws Exception {
        var lease = leases.grant(ref, visibilityMillis, sync, completion);
        ring();
        return lease;
    }

    /** How many of these messages, from the first on, may be leased. */
    int leasesThatFit(List<MessageReference> refs) {
        return shared.leasesThatFit(table, refs.stream().mapToLong(Leases::bytes));
    }

    /** Takes the message that this handle owns off its lease, to be deleted. */
    Optional<MessageReference> takeLeased(long handle) {
        return table.take(handle, shared.now());
    }

    Leases leases() {
        return leases;
    }

    /** Whether a consumer could get the message now, be it in memory or still on its page. */
    boolean isVisible(MessageReference ref) {
        var now = shared.now();
        return ref.getScheduledDeliveryTime() <= now && !table.hides(ref.getMessageID(), now) && isCommitted(ref);
    }

    private boolean isCommitted(MessageReference ref) {
        return !(ref instanceof PagedReference paged)
                || pages().map(store -> store.isCommitted(paged)).orElse(true);
    }

    /** Every acknowledgement, expiry, move and kill passes here: the lease goes with the message. */
    @Override
    public void acknowledge(
            @Nullable Transaction tx,
            MessageReference ref,
            AckReason reason,
            @Nullable ServerConsumer consumer,
            boolean delivering)
            throws Exception {
        var known = table.isEmpty() || isNonDestructive() ? Optional.<Lease>empty() : table.lease(ref.getMessageID());
        if (known.isEmpty()) {
            super.acknowledge(tx, ref, reason, consumer, delivering);
            return;
        }
        var lease = known.get();
        if (tx != null) {
            super.acknowledge(tx, ref, reason, consumer, delivering);
            leases.end(tx, lease);
        } else if (ref.isPaged()) {
            var own = new TransactionImpl(storage);
            acknowledge(own, ref, reason, consumer, delivering);
            own.commit();
        } else {
            // in this order: after a crash between the two the record is an orphan, which loading drops
            super.acknowledge(null, ref, reason, consumer, delivering);
            leases.end(lease);
        }
    }

    /** An acknowledgement of a prepared transaction, read from the journal; the lease record is in it already. */
    @Override
    public void reacknowledge(Transaction tx, MessageReference ref) throws Exception {
        var known = table.lease(ref.getMessageID());
        // a receive that is rolled back counts, and the journal does not know of this one
        ref.setDeliveryCount(1
                + Math.max(
                        ref.getDeliveryCount(), known.map(Lease::receiveCount).orElse(0)));
        super.reacknowledge(tx, ref);
        known.ifPresent(lease -> leases.forgetAfterCommit(tx, lease));
    }

    // --- time --------------------------------------------------------------------------------------------------------

    /**
     * Gives back what may be seen from now on, unless its age or its count sends it elsewhere; some at a time, so that the
     * queue moves on in between.
     */
    private void releaseDue() {
        if (!shared.isServing()) {
            return; // counts and rules are still being loaded
        }
        var back = new ArrayList<MessageReference>();
        var now = shared.now();
        for (var ref : table.due(now, RELEASED_MESSAGES_MAX)) {
            if (ref.getScheduledDeliveryTime() > 0) {
                shared.delayMeter().delivered(now - ref.getScheduledDeliveryTime());
            }
            ref.setScheduledDeliveryTime(0);
            if (!left(ref)) {
                back.add(ref);
            }
        }
        if (!back.isEmpty()) {
            // in the queue's order, each finds its place next to the one before; else by a walk from the head
            back.sort(Comparator.comparingLong(MessageReference::getSequence));
            addSorted(back, true);
        }
        ring();
    }

    /**
     * Sends a message that is off the queue to where its age or its count says.
     *
     * @return false when neither says anything, or the message cannot go there: then it stays a message of this queue
     */
    boolean left(MessageReference ref) {
        try {
            return leaves(ref);
        } catch (Exception e) {
            LOG.error("Queue {}: message {} stays", getName(), ref.getMessageID(), e);
            return false;
        }
    }

    private boolean leaves(MessageReference ref) throws Exception {
        if (isTooOld(ref)) {
            return removeTooOld(ref);
        }
        var target = rules.deadLetterByCount(ref);
        return target.isPresent() && deadLetters.move(this, ref, target.get(), false);
    }

    private boolean isTooOld(MessageReference ref) {
        return rules.isTooOld(ref, shared.now());
    }

    /**
     * Moves the message to the dead-letter queue where age decides over it, else deletes it.
     *
     * @return false when it could not be moved and has to stay
     */
    private boolean removeTooOld(MessageReference ref) throws Exception {
        var target = rules.deadLetterByAge();
        if (target.isPresent()) {
            return deadLetters.move(this, ref, target.get(), false);
        }
        acknowledge(null, ref, AckReason.EXPIRED, null, false);
        return true;
    }

    /** Looks for messages that grew too old, from the head; the queue is in order of age but for priorities. */
    void scanAges() {
        getExecutor().execute(() -> {
            var tooOld = new ArrayList<MessageReference>();
            synchronized (this) {
                try (var iterator = iterator()) {
                    while (iterator.hasNext() && tooOld.size() < AGE_SCAN_MESSAGES_MAX) {
                        var ref = iterator.next();
                        if (!isTooOld(ref)) {
                            break;
                        }
                        iterator.remove();
                        refRemoved(ref);
                        tooOld.add(ref);
                    }
                }
            }
            removeOrReturn(tooOld);
            if (pageSubscription != null && pageSubscription.isStorePaging()) {
                forceDelivery();
            }
        });
    }

    /** Stops at the first that cannot be removed: what keeps it, a full disk or dead-letter queue, keeps the others. */
    private void removeOrReturn(List<MessageReference> tooOld) {
        var rest = new ArrayDeque<>(tooOld);
        while (!rest.isEmpty() && left(rest.element())) {
            rest.remove();
        }
        if (!rest.isEmpty()) {
            addSorted(List.copyOf(rest), true);
        }
    }

    // --- redelivery to JMS and AMQP consumers ------------------------------------------------------------------------

    /**
     * Counts a failed delivery, in the journal also for paged messages, and sends the message to where its count says.
     * Artemis destroys a message that was delivered too often where no dead-letter address is configured or nothing is
     * bound to it; here it stays.
     *
     * @return first: whether the message returns to the queue; second: whether it was moved
     */
    @Override
    public Pair<Boolean, Boolean> checkRedelivery(MessageReference ref, long timeBase, boolean ignoreDelay)
            throws Exception {
        if (getQueueConfiguration().isInternal()) {
            return super.checkRedelivery(ref, timeBase, ignoreDelay);
        }
        var settings =
                server.getAddressSettingsRepository().getMatch(getAddress().toString());
        if (redelivery.endsFor(ref, settings)) {
            return new Pair<>(false, true);
        }
        var delay = ignoreDelay ? 0 : redelivery.delay(settings, ref.getDeliveryCount());
        if (delay > 0 && redelivery.isPostponed(ref, delay)) {
            return new Pair<>(false, true);
        }
        if (delay > 0) {
            ref.setScheduledDeliveryTime(shared.now() + delay);
        }
        if (ref.isDurable() && isDurable()) {
            if (ref.isPaged() || delay > 0) {
                leases.remember(ref, delay);
            } else {
                storage.updateDeliveryCount(ref);
            }
        }
        decDelivering(ref);
        return new Pair<>(true, false);
    }

    // --- administration sees hidden messages too ---------------------------------------------------------------------

    @Override
    public int deleteMatchingReferences(int flushLimit, @Nullable Filter filter, AckReason reason) throws Exception {
        // the inherited method sees neither what is hidden nor that it came from a page; and while it runs,
        // a page that is being read may hide more
        var count = deleteHidden(filter, reason);
        count += super.deleteMatchingReferences(flushLimit, filter, reason);
        count += deleteHidden(filter, reason);
        return count + deleteInBuckets(filter);
    }

    private int deleteInBuckets(@Nullable Filter filter) throws Exception {
        var delays = shared.delays();
        if (filter != null) {
            var deleted = delays.delete(this, (message, firstId) -> filter.match(message), Long.MAX_VALUE);
            return Math.toIntExact(deleted.get());
        }
        var count = delays.count(getID());
        clearing.clear();
        delays.forget(getID());
        return Math.toIntExact(Math.min(count, Integer.MAX_VALUE));
    }

    private int deleteHidden(@Nullable Filter filter, AckReason reason) throws Exception {
        var hidden = table.takeAll(ref -> filter == null || filter.match(ref.getMessage()));
        if (!hidden.isEmpty()) {
            var tx = new TransactionImpl(storage);
            for (var ref : hidden) {
                acknowledge(tx, ref, reason, null, false);
            }
            tx.commit();
        }
        return hidden.size();
    }

    @Override
    public synchronized @Nullable MessageReference removeReferenceWithID(long id) throws Exception {
        var found = table.takeMessage(id);
        return found.isPresent() ? found.get() : super.removeReferenceWithID(id);
    }

    /** Also one that is kept back or waits in a bucket; the queue is not locked while buckets are read. */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized")
    public boolean deleteReference(long id) throws Exception {
        var hidden = table.takeMessage(id);
        if (hidden.isPresent()) {
            acknowledge(null, hidden.get(), AckReason.KILLED, null, false);
            return true;
        }
        if (super.deleteReference(id)) {
            return true;
        }
        return shared.delays()
                        .delete(this, (message, firstId) -> firstId == id || message.getMessageID() == id, 1)
                        .get()
                > 0;
    }

    /** The queue is not locked meanwhile. */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized")
    public List<MessageReference> getScheduledMessages() {
        var messages = new ArrayList<>(table.firstDelayed(LISTED_MAX));
        messages.addAll(shared.delays().list(this, LISTED_MAX - messages.size()).join());
        return messages;
    }

    @Override
    public long getMessageCount() {
        return super.getMessageCount() + table.unpaged() + shared.delays().count(getID());
    }

    @Override
    public int getScheduledCount() {
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, delayedCount()));
    }

    @Override
    public void deleteQueue(boolean removeConsumers) throws Exception {
        receiver.close();
        clearing.forget();
        super.deleteQueue(removeConsumers);
    }
}
