/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

/** An entry or a manifest that this version of the program cannot read: of an unknown version, or malformed. */
public final class FormatException extends RuntimeException {
    FormatException(String message) {
        super(message);
    }
}
