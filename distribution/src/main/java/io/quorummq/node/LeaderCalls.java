/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.cluster.ClusterRequest;
import io.quorummq.node.BrokerOffice.Serving;
import io.quorummq.replication.consensus.Member;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.Peers;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Has a command done where the leader is: here, or handed on once to the node that leads. */
final class LeaderCalls {
    private static final Duration LEADER_MAX = Duration.ofMinutes(5);
    /** In a request that another node handed on: it is not handed on again. */
    private static final String HANDED_ON = "handedOn";

    private final BrokerOffice office;
    private final Supplier<Optional<Member>> otherLeader;
    private final Peers peers;

    /** What the leader does. */
    interface Work {
        CompletableFuture<byte[]> perform(Serving serving) throws PeerRefusal, IOException;
    }

    LeaderCalls(BrokerOffice office, Supplier<Optional<Member>> otherLeader, Peers peers) {
        this.office = office;
        this.otherLeader = otherLeader;
        this.peers = peers;
    }

    /** @param here what is done if this node leads */
    CompletableFuture<byte[]> call(ClusterRequest request, Work here) throws PeerRefusal, IOException {
        var serving = office.serving();
        if (serving.isPresent()) {
            return here.perform(serving.get());
        }
        var leader = otherLeader.get();
        if (leader.isEmpty() || request.arguments().containsKey(HANDED_ON)) {
            throw new PeerRefusal("no node leads the cluster now: try again in a moment");
        }
        return peers.call(
                new NodeAddress(leader.get().host(), leader.get().port()),
                ClusterRequest.SERVICE,
                request.with(HANDED_ON, "true").bytes(),
                LEADER_MAX);
    }
}
