/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** Where a writer's entries go: the Raft group of which this node is the leader. */
interface LogSink {
    /**
     * Offers one entry. The future completes with the outcome once the entry is committed and applied here, or exceptionally
     * when it was refused or its fate is unknown. A refusal known at once is an already completed future, never an exception.
     */
    CompletableFuture<ReplicatedState.Outcome> submit(ByteBuffer entry);
}
