/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.peer;

/** The call did not leave this process: the other node was not reached, so certainly did nothing. */
public final class NotSentException extends Exception {
    private static final long serialVersionUID = 1;

    public NotSentException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
