/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.peer;

import java.util.concurrent.CompletableFuture;

/** Something this node does for other nodes and for the commands of its cluster, found by its name on the port between nodes. */
public interface PeerService {
    /** Lower-case letters, digits and '-'. */
    String name();

    /**
     * Does it without blocking. A future that fails with {@link PeerRefusal} tells the caller that nothing was done; after any
     * other failure the caller cannot know. The future is cancelled when the caller has gone away.
     */
    CompletableFuture<byte[]> call(byte[] request);
}
