/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.visibility;

import java.util.concurrent.atomic.AtomicLong;

/** How many messages of all queues receivers own now, and how many bytes of memory they take. Thread-safe. */
public final class LeaseTotals {
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    /** How many messages of all queues are under a lease. */
    public long messages() {
        return messages.get();
    }

    /** How many bytes of memory those messages take. */
    public long bytes() {
        return bytes.get();
    }

    void add(long moreMessages, long moreBytes) {
        messages.addAndGet(moreMessages);
        bytes.addAndGet(moreBytes);
    }
}
