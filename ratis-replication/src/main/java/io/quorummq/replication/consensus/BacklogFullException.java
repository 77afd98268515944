/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.io.IOException;

/** The log did not take an operation within the time limit, because too many bytes were waiting; it is not in the log. */
public final class BacklogFullException extends IOException {
    private static final long serialVersionUID = 1L;

    BacklogFullException(String message) {
        super(message);
    }
}
