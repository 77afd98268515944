/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

/** One place in the replicated log: the index of an entry and the Raft term it was written in. */
public record LogPosition(long term, long index) {
    /** Before the first entry of any log. */
    public static final LogPosition NONE = new LogPosition(0, -1);

    /** Whether this names an entry at all. */
    public boolean exists() {
        return index >= 0;
    }
}
