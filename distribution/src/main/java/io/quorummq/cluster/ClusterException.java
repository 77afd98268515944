/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cluster;

/** What a command asked was not done, or nobody can tell; the message is one line for the operator. */
public final class ClusterException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean isRefusal;

    ClusterException(String message, boolean isRefusal, Throwable cause) {
        super(message, cause);
        this.isRefusal = isRefusal;
    }

    /** Whether a node said no, so that certainly nothing was done. */
    public boolean isRefusal() {
        return isRefusal;
    }
}
