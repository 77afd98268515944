/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file of a {@link Disk}; safe for use by several threads. */
public interface DiskFile extends Closeable {
    /** Writes all remaining bytes at the offset, to the page cache only; a gap before it reads as zeros. */
    void write(ByteBuffer bytes, long offset) throws IOException;

    /** Reads until the buffer is full or the file ends; answers how many bytes that were. An interrupt of the calling thread does no harm. */
    int read(ByteBuffer into, long offset) throws IOException;

    /** Cuts the file; does nothing to a file that is no longer than that. */
    void truncate(long length) throws IOException;

    long size() throws IOException;

    /** Makes bytes and length durable. A failure is final: the store never tries again. */
    void fsync() throws IOException;
}
