/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.cluster.Admitted;
import io.quorummq.cluster.ClusterRequest;
import io.quorummq.cluster.CredentialListing;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.CredentialException;
import io.quorummq.node.BrokerOffice.Serving;
import io.quorummq.replication.consensus.Member;
import io.quorummq.replication.consensus.RaftNode;
import io.quorummq.replication.identity.AdmissionRecord;
import io.quorummq.replication.identity.ClusterConfiguration;
import io.quorummq.replication.identity.NodeLabel;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.Peers;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What only the leader can do for its cluster. Refuses with {@link PeerRefusal}, and then nothing was done. */
final class ClusterCommands {
    private static final byte[] DONE = "{}".getBytes(UTF_8);
    private static final Duration TRANSFER_MAX = Duration.ofSeconds(10);
    private static final Duration QUESTION_MAX = Duration.ofSeconds(2);

    private final Supplier<RaftNode> raft;
    private final Supplier<UUID> self;
    private final AdmissionDesk desk;
    private final ClusterCredentials credentials;
    private final Peers peers;

    ClusterCommands(
            Supplier<RaftNode> raft,
            Supplier<UUID> self,
            AdmissionDesk desk,
            ClusterCredentials credentials,
            Peers peers) {
        this.raft = raft;
        this.self = self;
        this.desk = desk;
        this.credentials = credentials;
        this.peers = peers;
    }

    CompletableFuture<byte[]> perform(ClusterRequest request, Serving serving) throws PeerRefusal, IOException {
        return switch (request.command()) {
            case ClusterRequest.ADD -> add(request, serving);
            case ClusterRequest.REPLACE -> replace(request, serving);
            case ClusterRequest.REMOVE -> remove(request, serving);
            case ClusterRequest.TRANSFER -> transfer(request);
            case ClusterRequest.CREDENTIAL_LIST ->
                CompletableFuture.completedFuture(new CredentialListing(credentials.list()).bytes());
            case ClusterRequest.CREDENTIAL_ADD -> addCredential(request, serving);
            case ClusterRequest.CREDENTIAL_REMOVE ->
                write(serving, changed(() -> credentials.without(request.argument(ClusterRequest.SECRET_ID))));
            default -> throw new PeerRefusal("unknown command '" + request.command() + "'");
        };
    }

    private CompletableFuture<byte[]> add(ClusterRequest request, Serving serving) throws PeerRefusal, IOException {
        var label = NodeLabel.checked(request.argument(ClusterRequest.NODE));
        var address = NodeAddress.of(request.argument(ClusterRequest.ADDRESS));
        var members = raft.get().membership().members();
        for (var member : members) {
            if (member.label().equals(label)) {
                throw new PeerRefusal("node " + label + " is a member already, at " + address(member)
                        + ": to let it in anew use 'quorummq cluster replace " + label + "'");
            }
            if (address(member).equals(address)) {
                throw new PeerRefusal("address " + address + " is that of node " + member.label());
            }
        }
        if (members.size() >= ClusterConfiguration.NODES_MAX) {
            throw new PeerRefusal(
                    "the cluster has " + members.size() + " nodes; allowed: at most " + ClusterConfiguration.NODES_MAX);
        }
        return desk.admit(serving.files(), label, address, null).thenApply(ClusterCommands::admitted);
    }

    private CompletableFuture<byte[]> replace(ClusterRequest request, Serving serving) throws PeerRefusal {
        var old = member(request.argument(ClusterRequest.NODE));
        if (old.id().equals(self.get())) {
            throw new PeerRefusal("node " + old.label() + " leads the cluster, so it is there and has its data");
        }
        var given = request.arguments().get(ClusterRequest.ADDRESS);
        var address = given == null ? address(old) : NodeAddress.of(given);
        return peers.call(address(old), IdentityService.NAME, new byte[0], QUESTION_MAX)
                .handle((answer, failure) -> failure == null
                        && new String(answer, UTF_8).equals(old.id().toString()))
                .thenCompose(alive -> {
                    if (alive) {
                        return CompletableFuture.failedFuture(new PeerRefusal("node " + old.label()
                                + " answers as member " + old.id()
                                + ": it has its data and needs no replacement; stop it"
                                + " first if it is to begin anew"));
                    }
                    try {
                        return desk.admit(serving.files(), old.label(), address, old.id())
                                .thenApply(ClusterCommands::admitted);
                    } catch (IOException e) {
                        return CompletableFuture.failedFuture(e);
                    }
                });
    }

    private CompletableFuture<byte[]> remove(ClusterRequest request, Serving serving) throws PeerRefusal, IOException {
        var label = request.argument(ClusterRequest.NODE);
        var group = raft.get().membership();
        var now = group.members();
        var gone = now.stream().filter(member -> member.label().equals(label)).findFirst();
        if (gone.isEmpty() && desk.of(serving.files(), label).isPresent()) {
            return desk.forget(serving.files(), label).thenApply(forgotten -> DONE);
        }
        var member = member(label);
        if (member.id().equals(self.get())) {
            throw new PeerRefusal(
                    "node " + label + " leads the cluster: hand it over first, by 'quorummq cluster transfer'");
        }
        var next = now.stream().filter(one -> !one.equals(member)).toList();
        return group.change(now, next)
                .thenCompose(changed -> {
                    try {
                        return desk.forget(serving.files(), label);
                    } catch (IOException e) {
                        return CompletableFuture.failedFuture(e);
                    }
                })
                .thenApply(forgotten -> DONE);
    }

    private CompletableFuture<byte[]> transfer(ClusterRequest request) throws PeerRefusal {
        var successor = member(request.argument(ClusterRequest.NODE));
        if (successor.id().equals(self.get())) {
            return CompletableFuture.completedFuture(DONE);
        }
        return raft.get().leadership().handOver(successor.id(), TRANSFER_MAX).thenApply(done -> DONE);
    }

    private CompletableFuture<byte[]> addCredential(ClusterRequest request, Serving serving)
            throws PeerRefusal, IOException {
        return write(
                serving,
                changed(() -> credentials.with(new Credential(
                        request.argument(ClusterRequest.SECRET_ID), request.argument(ClusterRequest.SECRET_KEY)))));
    }

    private static String changed(Supplier<String> change) throws PeerRefusal {
        try {
            return change.get();
        } catch (CredentialException e) {
            throw new PeerRefusal(String.valueOf(e.getMessage()));
        }
    }

    private static CompletableFuture<byte[]> write(Serving serving, String text) throws IOException {
        return serving.files()
                .replace(ClusterFiles.CREDENTIALS, UTF_8.encode(text))
                .thenApply(written -> DONE);
    }

    private Member member(String label) throws PeerRefusal {
        var members = raft.get().membership().members();
        return members.stream()
                .filter(member -> member.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new PeerRefusal("there is no node " + label + " in the cluster; its nodes are "
                        + members.stream().map(Member::label).collect(Collectors.joining(", "))));
    }

    private static NodeAddress address(Member member) {
        return new NodeAddress(member.host(), member.port());
    }

    private static byte[] admitted(AdmissionRecord record) {
        return new Admitted(record.label(), record.member(), record.address()).bytes();
    }
}
