/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.visibility;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one queue that may not be seen now, and what is remembered of those that were handed out before.
 *
 * <p>Every operation costs O(log n) in the number of hidden messages; none scans. Thread-safe: each method is atomic and
 * calls nothing outside.
 *
 * @param <R> the queue's own reference to a message
 */
public final class VisibilityTable<R> {
    private final Map<Long, Entry<R>> entries = new HashMap<>();
    private final Map<Long, Entry<R>> byHandle = new HashMap<>();
    /** Handles of loaded leases whose message has not come yet: it lies on a page that was not read since. */
    private final Map<Long, Entry<R>> unread = new HashMap<>();

    private final TreeSet<Entry<R>> hidden = new TreeSet<>();
    /** Those of the hidden ones that nobody owns. */
    private final TreeSet<Entry<R>> waiting = new TreeSet<>();

    private final DelayedTotals totals;
    private long leased;
    private long leasedBytes;
    private long unpaged;
    private volatile boolean empty = true;

    /** @param totals where what this table keeps back on nobody's behalf is counted as well */
    public VisibilityTable(DelayedTotals totals) {
        this.totals = totals;
    }

    /** Whether nothing is hidden or remembered: the usual case, answered without a lock. */
    public boolean isEmpty() {
        return empty;
    }

    /** Remembers a lease that was read from the journal; its message is still to come. */
    public synchronized void load(Lease lease) {
        var entry = entry(lease.messageId());
        replaceLease(entry, lease);
        if (lease.handle() != Lease.NO_HANDLE) {
            unread.put(lease.handle(), entry);
        }
    }

    /**
     * Keeps the message back if its lease or its schedule says so.
     *
     * @param scheduledAt when the message is due by its own schedule, or 0
     * @return whether the message is hidden now and was taken
     */
    public synchronized boolean hide(R message, long messageId, boolean paged, long bytes, long scheduledAt, long now) {
        var entry = entries.get(messageId);
        var lease = entry == null ? null : entry.lease;
        var until = Math.max(scheduledAt, lease == null ? 0 : lease.visibleAt());
        if (until <= now) {
            return false;
        }
        insert(entry(messageId), message, paged, bytes, until, lease != null && lease.ownedAt(now));
        return true;
    }

    /** Hides the message under a new lease, which replaces what was remembered of it. */
    public synchronized void lease(R message, long bytes, Lease lease) {
        var known = entries.get(lease.messageId());
        if (known != null && known.message != null) {
            remove(known);
        }
        var entry = entry(lease.messageId());
        replaceLease(entry, lease);
        insert(entry, message, lease.paged(), bytes, lease.visibleAt(), lease.handle() != Lease.NO_HANDLE);
    }

    /** Remembers a new count or delay of a message that is not hidden. */
    public synchronized void remember(Lease lease) {
        replaceLease(entry(lease.messageId()), lease);
    }

    /**
     * The loaded lease of this handle, whose message has still to be read from its page; answered once, so that one
     * caller alone deletes it. Empty if the handle is not valid now.
     */
    public synchronized Optional<Lease> claimUnread(long handle, long now) {
        var entry = unread.get(handle);
        if (entry == null || entry.lease == null || !entry.lease.ownedAt(now)) {
            return Optional.empty();
        }
        unread.remove(handle);
        return Optional.of(entry.lease);
    }

    /** Takes the message that this handle owns, so that nothing else can; empty if the handle is not valid now. */
    public synchronized Optional<R> take(long handle, long now) {
        var entry = byHandle.get(handle);
        if (entry == null || entry.until <= now) {
            return Optional.empty();
        }
        return Optional.of(remove(entry));
    }

    /** Takes the messages that may be seen from now on, in the order in which their time came. */
    public synchronized List<R> due(long now) {
        var due = new ArrayList<R>();
        while (!hidden.isEmpty() && hidden.first().until <= now) {
            if (hidden.first().owned) {
                totals.leaseExpired();
            }
            due.add(remove(hidden.first()));
        }
        return due;
    }

    /** When the next hidden message may be seen. */
    public synchronized OptionalLong nextDue() {
        return hidden.isEmpty() ? OptionalLong.empty() : OptionalLong.of(hidden.first().until);
    }

    /** Takes every hidden message that fits, whatever its time. */
    public synchronized List<R> takeAll(Predicate<R> fits) {
        var taken = new ArrayList<R>();
        for (var entry : List.copyOf(hidden)) {
            if (fits.test(entry.message())) {
                taken.add(remove(entry));
            }
        }
        return taken;
    }

    /** Whether a message is kept back, be it here or, not yet read, on its page. */
    public synchronized boolean hides(long messageId, long now) {
        var entry = entries.get(messageId);
        return entry != null && (entry.message != null || (entry.lease != null && entry.lease.hidesAt(now)));
    }

    /** What is remembered of a message. */
    public synchronized Optional<Lease> lease(long messageId) {
        var entry = entries.get(messageId);
        return entry == null ? Optional.empty() : Optional.ofNullable(entry.lease);
    }

    /** Every lease that is remembered; for the clean-up after loading. */
    public synchronized List<Lease> leases() {
        return entries.values().stream()
                .map(entry -> entry.lease)
                .filter(lease -> lease != null)
                .toList();
    }

    /** Forgets a message that is gone. */
    public synchronized void forget(long messageId) {
        var entry = entries.remove(messageId);
        if (entry != null && entry.lease != null) {
            unread.remove(entry.lease.handle(), entry);
        }
        if (entry != null && entry.message != null) {
            remove(entry);
        }
        empty = entries.isEmpty();
    }

    /** How many messages are hidden because a receiver owns them. */
    public synchronized long leased() {
        return leased;
    }

    /** How many bytes those messages take. */
    public synchronized long leasedBytes() {
        return leasedBytes;
    }

    /** How many messages are hidden on nobody's behalf. */
    public synchronized long delayed() {
        return waiting.size();
    }

    /** When the first message may be seen that is hidden on nobody's behalf. */
    public synchronized OptionalLong nextDelayed() {
        return waiting.isEmpty() ? OptionalLong.empty() : OptionalLong.of(waiting.first().until);
    }

    /** The messages that are hidden on nobody's behalf, in the order of their time, up to so many. */
    public synchronized List<R> firstDelayed(int most) {
        return waiting.stream().limit(most).map(Entry::message).toList();
    }

    /** How many messages that are hidden on nobody's behalf may be seen before this time. */
    public synchronized long delayedBefore(long time) {
        return waiting.stream().takeWhile(entry -> entry.until < time).count();
    }

    /** Hides nothing any more, because its queue is gone. */
    public synchronized void close() {
        waiting.forEach(entry -> totals.remove(entry.bytes));
        waiting.clear();
    }

    /** How many of the hidden messages lie on no page. */
    public synchronized long unpaged() {
        return unpaged;
    }

    private Entry<R> entry(long messageId) {
        empty = false;
        return entries.computeIfAbsent(messageId, Entry::new);
    }

    private void replaceLease(Entry<R> entry, Lease lease) {
        if (entry.lease != null) {
            unread.remove(entry.lease.handle(), entry);
        }
        entry.lease = lease;
    }

    private void insert(Entry<R> entry, R message, boolean paged, long bytes, long until, boolean owned) {
        if (entry.message != null) {
            throw new IllegalStateException("message " + entry.messageId + " is hidden already");
        }
        entry.message = message;
        entry.paged = paged;
        entry.bytes = bytes;
        entry.until = until;
        entry.owned = owned;
        hidden.add(entry);
        if (entry.lease != null) {
            unread.remove(entry.lease.handle(), entry);
        }
        if (!paged) {
            unpaged++;
        }
        if (owned) {
            leased++;
            leasedBytes += bytes;
            if (entry.lease != null) {
                byHandle.put(entry.lease.handle(), entry);
            }
        } else {
            waiting.add(entry);
            totals.add(bytes);
        }
    }

    private R remove(Entry<R> entry) {
        hidden.remove(entry);
        if (!entry.paged) {
            unpaged--;
        }
        if (entry.owned) {
            leased--;
            leasedBytes -= entry.bytes;
            if (entry.lease != null) {
                byHandle.remove(entry.lease.handle(), entry);
            }
        } else if (waiting.remove(entry)) {
            totals.remove(entry.bytes);
        }
        var message = entry.message();
        entry.message = null;
        if (entry.lease == null) {
            entries.remove(entry.messageId);
            empty = entries.isEmpty();
        }
        return message;
    }

    private static final class Entry<R> implements Comparable<Entry<R>> {
        private final long messageId;
        private @Nullable Lease lease;
        private @Nullable R message;
        private long until;
        private long bytes;
        private boolean owned;
        private boolean paged;

        Entry(long messageId) {
            this.messageId = messageId;
        }

        R message() {
            if (message == null) {
                throw new IllegalStateException("message " + messageId + " is not hidden");
            }
            return message;
        }

        @Override
        public int compareTo(Entry<R> other) {
            var byTime = Long.compare(until, other.until);
            return byTime != 0 ? byTime : Long.compare(messageId, other.messageId);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(messageId);
        }
    }
}
