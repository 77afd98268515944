/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.io.IOException;
import java.nio.file.Path;

/** The Raft log has bad bytes before its end: acknowledged entries may be damaged, so this node must not take part. */
public final class CorruptLogException extends IOException {
    private static final long serialVersionUID = 1L;

    CorruptLogException(Path file, long offset, String damage) {
        super(
                "the Raft log is corrupt: " + file + " at offset " + offset + ": " + damage
                        + ". This node does not start, so as not to vote with a damaged log. Replace it: quorummq cluster replace");
    }
}
