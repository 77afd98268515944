/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** What the workers of a round tell: counts since it began, latencies since the last {@link #clearLatencies}. */
final class Meter {
    private static final int FAILURE_TEXTS_MAX = 20;

    private final LongAdder confirmed = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder deleted = new LongAdder();
    private final LongAdder duplicates = new LongAdder();
    private final LongAdder foreign = new LongAdder();
    private final Latency confirmLatency = new Latency();
    private final Latency endToEndLatency = new Latency();
    private final Latency lateness = new Latency();
    private final LongAdder early = new LongAdder();
    private final LongAccumulator earliestNanos = new LongAccumulator(Math::max, 0);
    private final LongAdder overdue = new LongAdder();
    private final Map<String, Long> failures = new LinkedHashMap<>();

    void confirmed(long latencyNanos) {
        confirmed.increment();
        confirmLatency.record(latencyNanos);
    }

    void received(long latencyNanos, boolean first) {
        received.increment();
        endToEndLatency.record(latencyNanos);
        if (!first) {
            duplicates.increment();
        }
    }

    /** A delayed message came, so long after it was due. */
    void delayed(long latenessNanos) {
        lateness.record(latenessNanos);
    }

    /** A delayed message came so long before it was due. */
    void early(long nanos) {
        early.increment();
        earliestNanos.accumulate(nanos);
    }

    /** Messages were due before they could be sent. */
    void overdue(int messages) {
        overdue.add(messages);
    }

    void foreign() {
        foreign.increment();
    }

    void deleted(int messages) {
        deleted.add(messages);
    }

    /** Something went wrong; equal texts are counted together. */
    void failed(String text) {
        synchronized (failures) {
            if (failures.size() < FAILURE_TEXTS_MAX || failures.containsKey(text)) {
                failures.merge(text, 1L, Long::sum);
            }
        }
    }

    Counts counts() {
        return new Counts(confirmed.sum(), received.sum(), deleted.sum());
    }

    long duplicateCount() {
        return duplicates.sum();
    }

    long foreignCount() {
        return foreign.sum();
    }

    Latency confirmLatency() {
        return confirmLatency;
    }

    Latency endToEndLatency() {
        return endToEndLatency;
    }

    /** How punctual the round's delayed messages were, over the whole round. */
    Lateness lateness() {
        return new Lateness(
                lateness.total(), early.sum(), TimeUnit.NANOSECONDS.toMicros(earliestNanos.get()), overdue.sum());
    }

    void clearLatencies() {
        confirmLatency.clear();
        endToEndLatency.clear();
    }

    /** Failure texts and how often each came. */
    Map<String, Long> failures() {
        synchronized (failures) {
            return new LinkedHashMap<>(failures);
        }
    }

    /** Messages confirmed, received and (CMQ only) deleted. */
    record Counts(long confirmed, long received, long deleted) {
        Counts minus(Counts earlier) {
            return new Counts(confirmed - earlier.confirmed, received - earlier.received, deleted - earlier.deleted);
        }

        Counts plus(Counts other) {
            return new Counts(confirmed + other.confirmed, received + other.received, deleted + other.deleted);
        }
    }
}
