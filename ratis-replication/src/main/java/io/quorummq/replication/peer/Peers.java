/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.peer;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Calls services of other nodes of the cluster. */
public interface Peers {
    /**
     * Calls a service of the node at an address; never sends twice. Cancelling the future tells the other node.
     *
     * <p>Fails with {@link NotSentException} when the node was not reached, with {@link PeerRefusal} when it refused and did
     * nothing; after any other failure, the time limit included, it may have done what was asked.
     */
    CompletableFuture<byte[]> call(NodeAddress node, String service, byte[] request, Duration limit);
}
