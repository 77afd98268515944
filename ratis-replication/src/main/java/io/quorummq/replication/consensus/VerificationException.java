/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

/** This replica has no hash of its state at an entry of the log, and says why. */
public final class VerificationException extends Exception {
    private static final long serialVersionUID = 1;

    VerificationException(String reason) {
        super(reason);
    }
}
