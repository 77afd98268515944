/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

/** A request was not taken by the node it was meant for: it may be handed to another, or to the same again. */
public final class NotForwardedException extends Exception {
    private static final long serialVersionUID = 1;

    public NotForwardedException(String reason) {
        super(reason);
    }

    public NotForwardedException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
