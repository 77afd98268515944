/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.installation;

import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.store.DamageException;
import io.quorummq.replication.store.SnapshotExport;

/** A replica that others may copy. Called from any thread. */
public interface Giver {
    /**
     * A copy in the making, at an entry not before the given one.
     *
     * @throws PeerRefusal there is none now, and why; asking again later may help
     */
    SnapshotExport export(long indexMin) throws PeerRefusal;

    /** The group's configuration as this replica knows it, in Ratis' own encoding; never older than an export made before. */
    byte[] configuration() throws PeerRefusal;

    /** A block of this replica turned out to be damaged while it was read for another. */
    void damaged(DamageException damage);
}
