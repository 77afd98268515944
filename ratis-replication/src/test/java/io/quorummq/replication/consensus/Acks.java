/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What was acknowledged and what failed, in the order of the callbacks. */
final class Acks {
    final List<Long> committed = Collections.synchronizedList(new ArrayList<>());
    final List<Long> failed = Collections.synchronizedList(new ArrayList<>());

    LogCallback of(long value) {
        return new LogCallback() {
            @Override
            public void committed() {
                committed.add(value);
            }

            @Override
            public void failed(FencedException reason) {
                failed.add(value);
            }
        };
    }

    /** Appends numbers until the log is fenced or {@code count} are appended; how many were. */
    long append(LogWriter log, long first, long count) throws BacklogFullException {
        for (var i = 0L; i < count; i++) {
            try {
                log.append(MemoryState.number(first + i), of(first + i));
            } catch (FencedException e) {
                return i;
            }
        }
        return count;
    }

    /** As above, but fencing is an error. */
    void appendAll(LogWriter log, long first, long count) throws FencedException, BacklogFullException {
        for (var i = 0L; i < count; i++) {
            log.append(MemoryState.number(first + i), of(first + i));
        }
    }

    List<Long> committedSoFar() {
        synchronized (committed) {
            return List.copyOf(committed);
        }
    }
}
