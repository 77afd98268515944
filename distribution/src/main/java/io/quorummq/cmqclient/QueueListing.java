/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cmqclient;

import java.util.List;

/** One page of a queue listing, and how many queues match in all. */
public record QueueListing(long totalCount, List<QueueEntry> queues) {
    /** Keeps its own copy of the page. */
    public QueueListing {
        queues = List.copyOf(queues);
    }
}
