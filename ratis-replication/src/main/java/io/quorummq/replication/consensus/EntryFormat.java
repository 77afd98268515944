/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.nio.ByteBuffer;

/** How an entry begins: the fence (term, sequence), the cluster's time, and how many operations follow. */
public interface EntryFormat {
    /** Bytes in front of the first operation, the same for every entry. */
    int headerBytes();

    /** Writes exactly {@link #headerBytes} bytes at the target's position. */
    void writeHeader(ByteBuffer target, Header header);

    /** The fence, the time and the number of operations of one entry. */
    record Header(long term, long sequence, long clockMillis, int operations) {}
}
