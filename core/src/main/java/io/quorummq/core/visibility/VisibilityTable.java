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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one queue that may not be seen now, and what is remembered of those that were handed out before.
 *
 * <p>A lease that was loaded counts, and hides its message, before that is read from its page: it is <em>unread</em>.
 * Every operation but {@link #takeAll} and {@link #leases} costs O(log n) in the number of hidden messages; none scans.
 * Thread-safe: each method is atomic and calls nothing outside.
 *
 * @param <R> the queue's own reference to a message
 */
public final class VisibilityTable<R> {
    private final HiddenTotals totals;
    private final Map<Long, Entry<R>> entries = new HashMap<>();
    private final Map<Long, Entry<R>> byHandle = new HashMap<>();
    private final TreeSet<Entry<R>> hidden = new TreeSet<>();
    /** Those of the hidden ones that nobody owns. */
    private final TreeSet<Entry<R>> delayed = new TreeSet<>();

    private long leased;
    private long leasedBytes;
    private long delayedBytes;
    private long unpaged;
    private boolean closed;
    private volatile boolean empty = true;

    /** A table whose messages count in these totals as well. */
    public VisibilityTable(HiddenTotals totals) {
        this.totals = totals;
    }

    /** Whether nothing is hidden or remembered: the usual case, answered without a lock. */
    public boolean isEmpty() {
        return empty;
    }

    /** Remembers a lease that was read from the journal; its message is still to come. */
    public synchronized void load(Lease lease, long now) {
        var entry = entry(lease.messageId());
        if (entry.isHidden) {
            reveal(entry);
        }
        entry.lease = lease;
        if (lease.hidesAt(now)) {
            insert(entry, lease.visibleAt(), lease.handle() != Lease.NO_HANDLE);
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
        if (entry != null && entry.message != null) {
            throw new IllegalStateException("message " + messageId + " is hidden already");
        }
        if (entry != null && entry.isClaimed) {
            entry.hold(message, paged, bytes);
            return true;
        }
        if (entry != null && entry.isHidden) {
            reveal(entry);
        }
        var lease = entry == null ? null : entry.lease;
        var until = Math.max(scheduledAt, lease == null ? 0 : lease.visibleAt());
        if (until <= now) {
            return false;
        }
        var hiding = entry(messageId);
        hiding.hold(message, paged, bytes);
        insert(hiding, until, lease != null && lease.ownedAt(now));
        return true;
    }

    /** Hides the message under a new lease, which replaces what was remembered of it. */
    public synchronized void lease(R message, long bytes, Lease lease) {
        var entry = entry(lease.messageId());
        if (entry.isHidden) {
            reveal(entry);
        }
        entry.lease = lease;
        entry.hold(message, lease.paged(), bytes);
        insert(entry, lease.visibleAt(), lease.handle() != Lease.NO_HANDLE);
    }

    /** Remembers a new count or delay of a message that is not hidden. */
    public synchronized void remember(Lease lease) {
        var entry = entry(lease.messageId());
        if (entry.isHidden && entry.message == null) {
            reveal(entry);
        }
        entry.lease = lease;
    }

    /**
     * The loaded lease of this handle, whose message has still to be read from its page; answered once, so that one
     * caller alone deletes it. The message stays hidden, also beyond the lease's time, until it is forgotten or
     * {@link #unclaim unclaimed}. Empty if the handle is not valid now.
     */
    public synchronized Optional<Lease> claimUnread(long handle, long now) {
        var entry = byHandle.get(handle);
        if (entry == null || entry.message != null || entry.lease == null || entry.until <= now) {
            return Optional.empty();
        }
        reveal(entry);
        entry.isClaimed = true;
        return Optional.of(entry.lease);
    }

    /** Takes the message of a claimed lease, if it was read meanwhile. */
    public synchronized Optional<R> takeClaimed(long messageId) {
        var entry = entries.get(messageId);
        return entry == null || !entry.isClaimed ? Optional.empty() : Optional.ofNullable(entry.release());
    }

    /** Puts a claimed message back under its lease: it could not be deleted. */
    public synchronized void unclaim(long messageId) {
        var entry = entries.get(messageId);
        if (entry != null && entry.isClaimed && entry.lease != null) {
            entry.isClaimed = false;
            insert(entry, entry.lease.visibleAt(), true);
        }
    }

    /** Takes the message that this handle owns, so that nothing else can; empty if the handle is not valid now. */
    public synchronized Optional<R> take(long handle, long now) {
        var entry = byHandle.get(handle);
        if (entry == null || entry.message == null || entry.until <= now) {
            return Optional.empty();
        }
        return Optional.ofNullable(remove(entry));
    }

    /** Takes the hidden message of this id, whatever its time. */
    public synchronized Optional<R> takeMessage(long messageId) {
        var entry = entries.get(messageId);
        return entry == null || !entry.isHidden || entry.message == null
                ? Optional.empty()
                : Optional.ofNullable(remove(entry));
    }

    /** Takes the messages that may be seen from now on, in the order in which their time came, but no more than that. */
    public synchronized List<R> due(long now, int messagesMax) {
        var due = new ArrayList<R>();
        while (due.size() < messagesMax && !hidden.isEmpty() && hidden.first().until <= now) {
            var next = hidden.first();
            if (next.isOwned) {
                totals.leaseExpired();
            }
            var message = remove(next);
            if (message != null) {
                due.add(message);
            }
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
            var message = entry.message;
            if (message != null && fits.test(message)) {
                var unused = remove(entry);
                taken.add(message);
            }
        }
        return taken;
    }

    /** Whether a message is kept back, be it here or, not yet read, on its page. */
    public synchronized boolean hides(long messageId, long now) {
        var entry = entries.get(messageId);
        return entry != null
                && (entry.message != null || entry.isClaimed || (entry.lease != null && entry.lease.hidesAt(now)));
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
        if (entry != null && entry.isHidden) {
            reveal(entry);
        }
        empty = entries.isEmpty();
    }

    /** Forgets everything, and counts nothing any more: the queue is gone. */
    public synchronized void close() {
        closed = true;
        totals.addLeased(-leased, -leasedBytes);
        totals.addDelayed(-delayed.size(), -delayedBytes);
        leased = 0;
        leasedBytes = 0;
        delayedBytes = 0;
        unpaged = 0;
        entries.clear();
        byHandle.clear();
        hidden.clear();
        delayed.clear();
        empty = true;
    }

    /** How many messages are hidden because a receiver owns them. */
    public synchronized long leased() {
        return leased;
    }

    /** How many bytes of memory those messages take; one that is still on its page takes none. */
    public synchronized long leasedBytes() {
        return leasedBytes;
    }

    /** How many messages are hidden on nobody's behalf. */
    public synchronized long delayed() {
        return delayed.size();
    }

    /** When the first of them may be seen. */
    public synchronized OptionalLong nextDelayed() {
        return delayed.isEmpty() ? OptionalLong.empty() : OptionalLong.of(delayed.first().until);
    }

    /** The first of them that are in memory, in the order of their time, up to so many. */
    public synchronized List<R> firstDelayed(int most) {
        return delayed.stream()
                .flatMap(entry -> Stream.ofNullable(entry.message))
                .limit(most)
                .toList();
    }

    /** How many of the hidden messages lie on no page. */
    public synchronized long unpaged() {
        return unpaged;
    }

    private Entry<R> entry(long messageId) {
        empty = false;
        return entries.computeIfAbsent(messageId, Entry::new);
    }

    private void insert(Entry<R> entry, long until, boolean owned) {
        entry.until = until;
        entry.isOwned = owned;
        entry.isHidden = true;
        hidden.add(entry);
        if (!owned) {
            delayed.add(entry);
        }
        if (owned && entry.lease != null) {
            byHandle.put(entry.lease.handle(), entry);
        }
        count(entry, 1);
    }

    /** The message, if it was read, is the caller's. */
    private @Nullable R remove(Entry<R> entry) {
        reveal(entry);
        if (entry.lease == null) {
            entries.remove(entry.messageId);
            empty = entries.isEmpty();
        }
        return entry.release();
    }

    private void reveal(Entry<R> entry) {
        hidden.remove(entry);
        delayed.remove(entry);
        if (entry.isOwned && entry.lease != null) {
            byHandle.remove(entry.lease.handle(), entry);
        }
        count(entry, -1);
        entry.isHidden = false;
    }

    private void count(Entry<R> entry, int sign) {
        if (entry.message != null && !entry.isPaged) {
            unpaged += sign;
        }
        if (entry.isOwned) {
            leased += sign;
            leasedBytes += sign * entry.bytes;
            if (!closed) {
                totals.addLeased(sign, sign * entry.bytes);
            }
        } else {
            delayedBytes += sign * entry.bytes;
            if (!closed) {
                totals.addDelayed(sign, sign * entry.bytes);
            }
        }
    }

    private static final class Entry<R> implements Comparable<Entry<R>> {
        private final long messageId;
        private @Nullable Lease lease;
        private @Nullable R message;
        private long until;
        private long bytes;
        private boolean isHidden;
        private boolean isOwned;
        private boolean isPaged;
        private boolean isClaimed;

        Entry(long messageId) {
            this.messageId = messageId;
        }

        void hold(R held, boolean paged, long size) {
            message = held;
            isPaged = paged;
            bytes = size;
        }

        @Nullable
        R release() {
            var held = message;
            message = null;
            bytes = 0;
            return held;
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
