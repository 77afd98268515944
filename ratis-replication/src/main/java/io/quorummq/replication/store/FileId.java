/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

/** The identity of one file's bytes: given by the log, never used twice, unchanged by a rename. */
public record FileId(long value) implements Comparable<FileId> {
    /** The id of the first file that a log ever creates. */
    public static final FileId FIRST = new FileId(1);

    public FileId {
        if (value < 1) {
            throw new IllegalArgumentException("file id " + value + ": allowed are 1 and above");
        }
    }

    /** The id that follows this one. */
    public FileId next() {
        return new FileId(value + 1);
    }

    @Override
    public int compareTo(FileId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
