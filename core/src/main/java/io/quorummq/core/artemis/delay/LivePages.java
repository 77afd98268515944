/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.activemq.artemis.core.paging.PagingStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the memory of the pages that are being written: Artemis keeps each of them whole until it is full, and there is one for
 * every bucket.
 */
final class LivePages {
    private static final Logger LOG = LoggerFactory.getLogger(LivePages.class);

    private final Buckets buckets;
    private final long bytesMax;

    /** @param bytesMax what they may hold together, in bytes on the disk */
    LivePages(Buckets buckets, long bytesMax) {
        this.buckets = buckets;
        this.bytesMax = bytesMax;
    }

    /** Ends the largest ones, if all together hold more than they may. */
    void trim() {
        var live = new ArrayList<LivePage>();
        var bytes = 0L;
        for (var queue : buckets.all()) {
            var page = queue.getPagingStore().getCurrentPage();
            if (page != null && page.getSize() > 0) {
                live.add(new LivePage(queue.getPagingStore(), page.getSize()));
                bytes += page.getSize();
            }
        }
        if (bytes > bytesMax) {
            end(live, bytes);
        }
    }

    private void end(List<LivePage> live, long bytes) {
        live.sort(Comparator.comparingLong(LivePage::bytes).reversed());
        var left = bytes;
        for (var page : live) {
            if (left <= bytesMax / 2) {
                return;
            }
            try {
                page.store.forceAnotherPage(true);
                left -= page.bytes;
            } catch (Exception e) {
                LOG.warn("{} keeps a page of {} bytes in memory", page.store.getStoreName(), page.bytes, e);
                return;
            }
        }
    }

    private record LivePage(PagingStore store, long bytes) {}
}
