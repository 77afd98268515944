/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Checksums of blocks that can be changed without reading the block again.
 *
 * <p>The sum of a block is the remainder of CRC32C (start value and final inversion taken out) over the block padded with zeros to
 * its full size. That remainder is linear: the sum of a block is the exclusive or of what each of its bytes adds, zeros add nothing,
 * and bytes written over zeros add {@link #of(ByteBuffer, int)}. So a block that is filled by appending costs one pass over the new
 * bytes, an empty block has the sum 0 whatever its length, and damage elsewhere in the block can never be hidden by an update.
 */
final class BlockSums {
    private static final int POLYNOMIAL = 0x82F63B78;
    private static final int X_TO_0 = 1 << 31;
    private static final int X_TO_8 = 1 << 23;

    private final int blockBytes;
    /** What a remainder is multiplied by when n zero bytes follow. */
    private final int[] shift;
    /** What CRC's start value becomes when n bytes follow. */
    private final int[] start;

    BlockSums(int blockBytes) {
        this.blockBytes = blockBytes;
        shift = new int[blockBytes + 1];
        start = new int[blockBytes + 1];
        shift[0] = X_TO_0;
        start[0] = -1;
        for (int n = 1; n <= blockBytes; n++) {
            shift[n] = product(shift[n - 1], X_TO_8);
            start[n] = product(-1, shift[n]);
        }
    }

    int blockBytes() {
        return blockBytes;
    }

    /** What the remaining bytes add to the sum of a block of zeros when they stand at an offset in it; moves the position to the limit. */
    int of(ByteBuffer bytes, int offsetInBlock) {
        int end = offsetInBlock + bytes.remaining();
        var crc = new CRC32C();
        crc.update(bytes);
        return product(~(int) crc.getValue(), shift[blockBytes - end]) ^ start[blockBytes - offsetInBlock];
    }

    /** Product of two polynomials modulo CRC32C's, lowest power in the highest bit. */
    private static int product(int a, int b) {
        int result = 0;
        int shifted = b;
        for (int bit = 1 << 31; bit != 0 && (a & ((bit << 1) - 1)) != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                result ^= shifted;
            }
            shifted = (shifted & 1) != 0 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
        }
        return result;
    }
}
