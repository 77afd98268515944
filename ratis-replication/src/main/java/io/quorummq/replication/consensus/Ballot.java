/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** How a leader gives up its office. Both complete exceptionally when it did not work. */
interface Ballot {
    /** Gives the leadership of this term up, to nobody in particular; nothing happens when this node does not lead in it. */
    CompletableFuture<Void> stepDown(long term);

    /** Has another member elected, once it has caught up; writes are refused meanwhile. */
    CompletableFuture<Void> transfer(UUID member, Duration limit);

    /** A member that could lead instead of this node: one that answers; empty when there is none. */
    Optional<UUID> successor();

    /** Whether this node leads the group in this term, as far as it knows. */
    boolean leads(long term);
}
