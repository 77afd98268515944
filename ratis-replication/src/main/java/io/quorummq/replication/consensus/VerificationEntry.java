/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.nio.ByteBuffer;

/**
 * An entry of the log at which every replica hashes its whole state. It changes nothing, so it needs no place in the sequence of
 * a term, and no fence keeps it out.
 */
final class VerificationEntry {
    /** No version of a file entry begins like this; a program that does not know it refuses it as an unknown version. */
    private static final byte KIND = 'V';

    private VerificationEntry() {}

    static ByteBuffer encode() {
        return ByteBuffer.wrap(new byte[] {KIND});
    }

    static boolean is(ByteBuffer entry) {
        return entry.remaining() == 1 && entry.get(entry.position()) == KIND;
    }
}
