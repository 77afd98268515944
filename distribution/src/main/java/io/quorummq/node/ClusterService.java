/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.cluster.ClusterRequest;
import io.quorummq.replication.consensus.Member;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.PeerService;
import io.quorummq.replication.peer.Peers;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the commands of the cluster: what every node can answer here, the rest where the leader is. */
final class ClusterService implements PeerService {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterService.class);
    private static final Duration LEADER_MAX = Duration.ofMinutes(5);
    /** In a request that another node handed on: it is not handed on again. */
    private static final String HANDED_ON = "handedOn";

    private final BrokerOffice office;
    private final Supplier<Optional<Member>> otherLeader;
    private final Peers peers;
    private final StatusReport status;
    private final Verification verification;
    private final ClusterCommands commands;

    ClusterService(
            BrokerOffice office,
            Supplier<Optional<Member>> otherLeader,
            Peers peers,
            StatusReport status,
            Verification verification,
            ClusterCommands commands) {
        this.office = office;
        this.otherLeader = otherLeader;
        this.peers = peers;
        this.status = status;
        this.verification = verification;
        this.commands = commands;
    }

    @Override
    public String name() {
        return ClusterRequest.SERVICE;
    }

    @Override
    public CompletableFuture<byte[]> call(byte[] bytes) {
        ClusterRequest request;
        try {
            request = ClusterRequest.parse(bytes);
        } catch (IllegalArgumentException e) {
            return refuse("no command of a cluster: " + e.getMessage());
        }
        try {
            return switch (request.command()) {
                case ClusterRequest.STATUS -> status.of(request);
                case Verification.HASH -> verification.hash(request);
                case ClusterRequest.VERIFY -> onLeader(request, serving -> verification.verify());
                case ClusterRequest.ADD,
                        ClusterRequest.REPLACE,
                        ClusterRequest.REMOVE,
                        ClusterRequest.TRANSFER,
                        ClusterRequest.CREDENTIAL_LIST,
                        ClusterRequest.CREDENTIAL_ADD,
                        ClusterRequest.CREDENTIAL_REMOVE ->
                    onLeader(request, serving -> commands.perform(request, serving));
                default -> refuse("unknown command '" + request.command() + "'");
            };
        } catch (PeerRefusal e) {
            return CompletableFuture.failedFuture(e);
        } catch (IllegalArgumentException e) {
            return refuse(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            LOG.warn("{} failed", request, e);
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<byte[]> onLeader(ClusterRequest request, OnLeader work)
            throws PeerRefusal, IOException {
        var serving = office.serving();
        if (serving.isPresent()) {
            return work.perform(serving.get());
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

    private static CompletableFuture<byte[]> refuse(String reason) {
        return CompletableFuture.failedFuture(new PeerRefusal(reason));
    }

    private interface OnLeader {
        CompletableFuture<byte[]> perform(BrokerOffice.Serving serving) throws PeerRefusal, IOException;
    }
}
