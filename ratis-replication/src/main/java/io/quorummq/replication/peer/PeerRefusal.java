/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.peer;

/** The node that was called did nothing, and says why in one line. */
public final class PeerRefusal extends Exception {
    private static final long serialVersionUID = 1;

    public PeerRefusal(String reason) {
        super(reason);
    }
}
