/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

/** How a store is laid out. All replicas of a group must use the same block size; an existing store keeps the one it has. */
public record StoreSettings(int blockBytes, int openFilesMax) {
    /** Blocks of 64 KB, at most 512 files open (two descriptors each). */
    public static final StoreSettings DEFAULT = new StoreSettings(64 << 10, 512);

    public StoreSettings {
        if (blockBytes < 16 || blockBytes > 1 << 20) {
            throw new IllegalArgumentException("block size " + blockBytes + ": allowed are 16 to " + (1 << 20));
        }
        if (openFilesMax < 2) {
            throw new IllegalArgumentException("open files " + openFilesMax + ": allowed are 2 and above");
        }
    }
}
