/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import io.quorummq.core.delay.DelayIndex;
import org.apache.activemq.artemis.core.paging.cursor.PagedReference;

/** Counts what lies in a bucket that nothing is known of; what came to it after the count began is counted by its sender. */
final class Census {
    private final BucketQueue queue;
    private final DelayIndex index;
    private final Fates fates;
    private final long lastPage;
    private final int messagesOfLastPage;

    Census(BucketQueue queue, DelayIndex index, Fates fates) {
        this.queue = queue;
        this.index = index;
        this.fates = fates;
        var store = queue.getPagingStore();
        var current = store.getCurrentPage();
        this.lastPage = store.getCurrentWritingPage();
        this.messagesOfLastPage = current == null ? 0 : current.getNumberOfMessages();
        index.reset(queue.bucket());
    }

    void count(Waiting waiting) {
        if (wasThere(waiting.ref())) {
            index.add(queue.bucket(), fates.wanting(waiting.ticket()), waiting.wake());
        }
    }

    private boolean wasThere(PagedReference ref) {
        var message = ref.getPagedMessage();
        return message.getPageNumber() < lastPage
                || (message.getPageNumber() == lastPage && message.getMessageNumber() < messagesOfLastPage);
    }
}
