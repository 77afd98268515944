/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import io.quorummq.core.CmqError;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * A page of a list of queues.
 *
 * @param total how many queues match, on all pages together
 */
public record QueuePage(int total, List<QueueRecord> queues) {
    /** Copies the list. */
    public QueuePage {
        queues = List.copyOf(queues);
    }

    /**
     * Which part of which queues a caller asks for.
     *
     * @param searchWord part of the name, without regard to case; empty for all
     */
    public record Query(String searchWord, int offset, int limit) {
        private static final int LIMIT_DEFAULT = 20;
        private static final int LIMIT_MAX = 50;

        /** Refuses with 4000/10350 a negative offset and a limit that is not 1 to 50. */
        public Query {
            if (offset < 0) {
                throw CmqError.OUT_OF_RANGE.because("offset", offset, "0 or more");
            }
            if (limit < 1 || limit > LIMIT_MAX) {
                throw CmqError.OUT_OF_RANGE.because("limit", limit, "1 to " + LIMIT_MAX);
            }
        }

        /** The query with CMQ's defaults where the caller gave nothing: from the first, 20 queues. */
        public static Query of(String searchWord, OptionalInt offset, OptionalInt limit) {
            return new Query(searchWord, offset.orElse(0), limit.orElse(LIMIT_DEFAULT));
        }

        QueuePage of(List<QueueRecord> all) {
            var word = searchWord.toLowerCase(Locale.ROOT);
            var matches = all.stream()
                    .filter(queue ->
                            queue.name().value().toLowerCase(Locale.ROOT).contains(word))
                    .toList();
            var from = Math.min(offset, matches.size());
            var to = Math.min((long) offset + limit, matches.size());
            return new QueuePage(matches.size(), matches.subList(from, (int) Math.max(from, to)));
        }
    }
}
