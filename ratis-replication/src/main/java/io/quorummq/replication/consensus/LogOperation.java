/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.nio.ByteBuffer;

/** One change that is to go into the log, able to write itself down. */
public interface LogOperation {
    /** Exactly as many bytes as {@link #encode} writes. */
    int encodedBytes();

    /** Writes this operation at the target's position; called once, before {@link LogWriter#append} returns. */
    void encode(ByteBuffer target);
}
