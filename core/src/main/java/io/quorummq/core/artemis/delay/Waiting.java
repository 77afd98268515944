/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import java.util.Comparator;
import org.apache.activemq.artemis.core.paging.cursor.PagedReference;

/**
 * A message in a bucket.
 *
 * @param wake when something has to be done about it: it is due, or too old for its queue
 */
record Waiting(BucketQueue bucket, PagedReference ref, Ticket ticket, long wake) {
    /** In the order in which messages are due, and of those due at once, in which they were sent. */
    static final Comparator<Waiting> BY_TIME = Comparator.comparingLong(Waiting::wake)
            .thenComparingLong(waiting -> waiting.ticket().firstId())
            .thenComparingLong(waiting -> waiting.ref().getPagedMessage().getPageNumber())
            .thenComparingInt(waiting -> waiting.ref().getPagedMessage().getMessageNumber());

    /** What the objects around a message take, as a round figure. */
    private static final long OVERHEAD_BYTES = 300;

    /** How much memory it takes. */
    long bytes() {
        return ref.getMessageMemoryEstimate() + OVERHEAD_BYTES;
    }

    /** Where it lies, as one number for one bucket. */
    long position() {
        var message = ref.getPagedMessage();
        return message.getPageNumber() << 32 | message.getMessageNumber();
    }
}
