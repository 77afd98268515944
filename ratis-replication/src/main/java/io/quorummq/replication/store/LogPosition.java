/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

/** A place in the log: an index, and the term in which the entry there was written. */
public record LogPosition(long term, long index) {
    /** Before the first entry. */
    public static final LogPosition START = new LogPosition(0, -1);

    public LogPosition {
        if (term < 0 || index < -1) {
            throw new IllegalArgumentException("log position (" + term + ", " + index + ")");
        }
    }

    @Override
    public String toString() {
        return "(t:" + term + ", i:" + index + ")";
    }
}
