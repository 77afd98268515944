/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.visibility;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What the tables of all queues together keep back on nobody's behalf, and how many leases ran out in them. Thread-safe. */
public final class DelayedTotals {
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final LongAdder leasesExpired = new LongAdder();

    void add(long messageBytes) {
        messages.incrementAndGet();
        bytes.addAndGet(messageBytes);
    }

    void remove(long messageBytes) {
        messages.decrementAndGet();
        bytes.addAndGet(-messageBytes);
    }

    void leaseExpired() {
        leasesExpired.increment();
    }

    /** How many leases ended because their time was over. */
    public long leasesExpired() {
        return leasesExpired.sum();
    }

    /** How many messages. */
    public long messages() {
        return messages.get();
    }

    /** How much memory they take, in bytes. */
    public long bytes() {
        return bytes.get();
    }
}
