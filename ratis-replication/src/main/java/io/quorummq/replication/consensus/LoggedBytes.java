/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.util.TreeMap;

/** How many bytes of entries were applied up to an index, so that a lag can be told in bytes; by samples, so to within a few entries. */
final class LoggedBytes {
    static final int ENTRIES_PER_SAMPLE = 16;
    static final int SAMPLES_MAX = 8_192;

    private final TreeMap<Long, Long> bytesUpTo = new TreeMap<>();
    private long bytes;

    synchronized void applied(long index, int entryBytes) {
        if (!bytesUpTo.isEmpty() && index < bytesUpTo.lastKey()) {
            // the log is being redone after a restart
            bytesUpTo.clear();
        }
        bytes += entryBytes;
        if (bytesUpTo.isEmpty() || index - bytesUpTo.lastKey() >= ENTRIES_PER_SAMPLE) {
            bytesUpTo.put(index, bytes);
            if (bytesUpTo.size() > SAMPLES_MAX) {
                bytesUpTo.pollFirstEntry();
            }
        }
    }

    /** Applied bytes of the entries behind an index; at least so many, where the samples do not reach back so far. */
    synchronized long behind(long index) {
        var sample = bytesUpTo.floorEntry(index);
        if (sample != null) {
            return bytes - sample.getValue();
        }
        return bytesUpTo.isEmpty() ? 0 : bytes - bytesUpTo.firstEntry().getValue();
    }
}
