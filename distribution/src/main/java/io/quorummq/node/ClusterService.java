/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.cluster.ClusterRequest;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.PeerService;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the commands of the cluster: what every node can answer here, the rest where the leader is. */
final class ClusterService implements PeerService {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterService.class);

    private final LeaderCalls leader;
    private final StatusReport status;
    private final Verification verification;
    private final ClusterCommands commands;
    private final Backups backups;

    ClusterService(
            LeaderCalls leader,
            StatusReport status,
            Verification verification,
            ClusterCommands commands,
            Backups backups) {
        this.leader = leader;
        this.status = status;
        this.verification = verification;
        this.commands = commands;
        this.backups = backups;
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
                case ClusterRequest.BACKUP -> backups.write(request);
                case ClusterRequest.BARRIER -> leader.call(request, serving -> backups.barrier());
                case ClusterRequest.VERIFY -> leader.call(request, serving -> verification.verify());
                case ClusterRequest.ADD,
                        ClusterRequest.REPLACE,
                        ClusterRequest.REMOVE,
                        ClusterRequest.TRANSFER,
                        ClusterRequest.CREDENTIAL_LIST,
                        ClusterRequest.CREDENTIAL_ADD,
                        ClusterRequest.CREDENTIAL_REMOVE ->
                    leader.call(request, serving -> commands.perform(request, serving));
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

    private static CompletableFuture<byte[]> refuse(String reason) {
        return CompletableFuture.failedFuture(new PeerRefusal(reason));
    }
}
