/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

/** One file as it stood at a point of the log: what the table says about it, without its bytes. Never changes. */
public final class FileImage {
    private final FileId id;
    private final FileName name;
    private final long length;
    private final long zeroFrom;
    private final int[] sums;

    /** The array belongs to the image from now on. */
    FileImage(FileId id, FileName name, long length, long zeroFrom, int[] sums) {
        this.id = id;
        this.name = name;
        this.length = length;
        this.zeroFrom = zeroFrom;
        this.sums = sums;
    }

    public FileId id() {
        return id;
    }

    public FileName name() {
        return name;
    }

    public long length() {
        return length;
    }

    /** From here on the file is known to hold nothing but zeros. */
    long zeroFrom() {
        return zeroFrom;
    }

    public int blocks() {
        return sums.length;
    }

    int sum(int block) {
        return sums[block];
    }

    int[] copyOfSums() {
        return sums.clone();
    }
}
