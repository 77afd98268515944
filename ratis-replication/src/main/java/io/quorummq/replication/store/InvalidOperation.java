/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

/** An operation that cannot be, whatever the disk says: the writer of the entry is wrong about the files. Nothing was changed. */
final class InvalidOperation extends RuntimeException {
    InvalidOperation(String message) {
        super(message);
    }
}
