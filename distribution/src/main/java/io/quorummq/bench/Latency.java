/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Gathers latencies of many threads, to a microsecond and three digits. */
final class Latency {
    private static final int DIGITS = 3;

    private final Recorder recorder = new Recorder(DIGITS);
    private Histogram total = new Histogram(DIGITS);

    void record(long nanos) {
        recorder.recordValue(Math.max(0, nanos / 1000));
    }

    /** Forgets everything so far. */
    synchronized void clear() {
        recorder.reset();
        total = new Histogram(DIGITS);
    }

    /** What came since the last call of this or {@link #clear}, which also goes into the total. */
    synchronized Histogram interval() {
        var interval = recorder.getIntervalHistogram();
        total.add(interval);
        return interval;
    }

    /** Everything since {@link #clear}, in microseconds. */
    synchronized Histogram total() {
        interval();
        return total.copy();
    }
}
