/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

/** Bytes on the disk are not the bytes that were written there: says where, and nothing of them was handed out. */
public final class DamageException extends RuntimeException {
    private final String file;
    private final long offset;

    DamageException(String file, long offset, String reason) {
        super("damaged: " + file + " at offset " + offset + ": " + reason);
        this.file = file;
        this.offset = offset;
    }

    /** The damaged file: path on the disk and, where it has one, its name. */
    public String file() {
        return file;
    }

    /** Where the damaged block begins. */
    public long offset() {
        return offset;
    }
}
