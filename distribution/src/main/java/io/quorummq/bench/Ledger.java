/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/** Which messages of a round were confirmed to their producer and which came out again. */
final class Ledger {
    private final List<Page> pages;

    Ledger(int producers) {
        pages = IntStream.range(0, producers).mapToObj(producer -> new Page()).toList();
    }

    void confirmed(int producer, long number) {
        pages.get(producer).confirmed(Math.toIntExact(number));
    }

    /** Whether the message came out for the first time. */
    boolean received(int producer, long number) {
        return producer < pages.size() && pages.get(producer).received(Math.toIntExact(number));
    }

    /** How many messages were confirmed. */
    long confirmed() {
        return pages.stream().mapToLong(Page::countConfirmed).sum();
    }

    /** How many messages were confirmed and never came out. */
    long missing() {
        return pages.stream().mapToLong(Page::countMissing).sum();
    }

    private static final class Page {
        private final BitSet confirmed = new BitSet();
        private final BitSet received = new BitSet();

        synchronized void confirmed(int number) {
            confirmed.set(number);
        }

        synchronized boolean received(int number) {
            boolean first = !received.get(number);
            received.set(number);
            return first;
        }

        synchronized long countConfirmed() {
            return confirmed.cardinality();
        }

        synchronized long countMissing() {
            var missing = (BitSet) confirmed.clone();
            missing.andNot(received);
            return missing.cardinality();
        }
    }
}
