/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

/** The broker gave up its office before it did anything of a call, which may be made again wherever the queues are next. */
public final class BrokerClosedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BrokerClosedException() {
        // Without a stack trace: thousands of waiting receives end with it at once.
        super("the broker has been closed", null, false, false);
    }
}
