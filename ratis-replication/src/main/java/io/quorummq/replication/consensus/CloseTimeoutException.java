/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.io.IOException;

/** Closing took too long and was left to itself: what it held may still be in use, so the process has to end. */
public final class CloseTimeoutException extends IOException {
    private static final long serialVersionUID = 1;

    CloseTimeoutException(String message, Throwable cause) {
        super(message, cause);
    }
}
