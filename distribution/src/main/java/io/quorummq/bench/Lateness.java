/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * How punctually the delayed messages of a round came.
 *
 * @param micros microseconds from due to received, of those that came; an early one counts as 0
 * @param early messages that came before they were due
 * @param earliestMicros by how much the earliest of them
 * @param overdue messages that were already due when they were sent, and so were not delayed
 */
record Lateness(Histogram micros, long early, long earliestMicros, long overdue) {
    private static final long SECOND_MICROS = TimeUnit.SECONDS.toMicros(1);

    /** The share of those that came which were at most a second late; 1 when none came. */
    double shareWithinSecond() {
        long count = micros.getTotalCount();
        return count == 0 ? 1 : (double) micros.getCountBetweenValues(0, SECOND_MICROS) / count;
    }
}
