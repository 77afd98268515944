/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.visibility;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What the tables of all queues together keep back, and how many leases ran out in them. Thread-safe. */
public final class HiddenTotals {
    private final AtomicLong leased = new AtomicLong();
    private final AtomicLong leasedBytes = new AtomicLong();
    private final AtomicLong delayed = new AtomicLong();
    private final AtomicLong delayedBytes = new AtomicLong();
    private final LongAdder leasesExpired = new LongAdder();

    /** How many messages of all queues are under a lease. */
    public long leased() {
        return leased.get();
    }

    /** How many bytes of memory those messages take. */
    public long leasedBytes() {
        return leasedBytes.get();
    }

    /** How many messages of all queues are kept back on nobody's behalf. */
    public long delayed() {
        return delayed.get();
    }

    /** How many bytes of memory those messages take. */
    public long delayedBytes() {
        return delayedBytes.get();
    }

    /** How many leases ended because their time was over. */
    public long leasesExpired() {
        return leasesExpired.sum();
    }

    void addLeased(long moreMessages, long moreBytes) {
        leased.addAndGet(moreMessages);
        leasedBytes.addAndGet(moreBytes);
    }

    void addDelayed(long moreMessages, long moreBytes) {
        delayed.addAndGet(moreMessages);
        delayedBytes.addAndGet(moreBytes);
    }

    void leaseExpired() {
        leasesExpired.increment();
    }
}
