/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.cluster.ClusterRequest;
import io.quorummq.cluster.ClusterStatus;
import io.quorummq.cluster.ClusterStatus.ReplicaStatus;
import io.quorummq.cluster.ClusterStatus.ShardStatus;
import io.quorummq.replication.identity.AdmissionRecord;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.Peers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How the cluster is: what this node knows of itself, and what each other member says of itself when asked. */
final class StatusReport {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(3);
    /** Asks a node for what it knows of itself alone. */
    private static final String OWN = "own";

    private final UUID cluster;
    private final Supplier<Own> own;
    private final Supplier<List<AdmissionRecord>> admissions;
    private final Peers peers;

    /**
     * What this node knows without asking anybody.
     *
     * @param members where the others are, by label
     * @param entryBytes of an entry of the log on average, to tell bytes from entries
     */
    record Own(
            String shard,
            @Nullable String leader,
            long term,
            ReplicaStatus replica,
            Map<String, Peer> members,
            long entryBytes,
            List<String> warnings) {}

    /** Another member. */
    record Peer(UUID member, NodeAddress address) {}

    StatusReport(UUID cluster, Supplier<Own> own, Supplier<List<AdmissionRecord>> admissions, Peers peers) {
        this.cluster = cluster;
        this.own = own;
        this.admissions = admissions;
        this.peers = peers;
    }

    CompletableFuture<byte[]> of(ClusterRequest request) {
        var mine = own.get();
        if (request.arguments().containsKey(OWN)) {
            return CompletableFuture.completedFuture(
                    status(mine, List.of(mine.replica()), mine.warnings()).bytes());
        }
        var answers = new LinkedHashMap<String, CompletableFuture<ClusterStatus>>();
        mine.members().forEach((label, peer) -> answers.put(label, ask(mine.shard(), label, peer)));
        return CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new))
                .thenApply(all -> combined(mine, answers).bytes());
    }

    private CompletableFuture<ClusterStatus> ask(String shard, String label, Peer peer) {
        var request = ClusterRequest.of(ClusterRequest.STATUS).with(OWN, "true");
        return peers.call(peer.address(), ClusterRequest.SERVICE, request.bytes(), ANSWER_MAX)
                .thenApply(ClusterStatus::parse)
                .exceptionally(failure -> absent(shard, label, peer, failure));
    }

    private ClusterStatus absent(String shard, String label, Peer peer, Throwable failure) {
        var cause = HandedOn.cause(failure);
        var replica = new ReplicaStatus(
                label,
                peer.member().toString(),
                peer.address().toString(),
                "unknown",
                ClusterStatus.UNKNOWN,
                ClusterStatus.UNKNOWN,
                ClusterStatus.UNKNOWN,
                ClusterStatus.UNKNOWN,
                null,
                "does not answer: " + cause.getMessage());
        return new ClusterStatus(
                cluster.toString(), List.of(new ShardStatus(shard, null, 0, List.of(replica))), List.of());
    }

    private ClusterStatus combined(Own mine, Map<String, CompletableFuture<ClusterStatus>> answers) {
        var replicas = new ArrayList<ReplicaStatus>();
        var warnings = new ArrayList<>(mine.warnings());
        replicas.add(mine.replica());
        answers.values().forEach(answer -> {
            answer.join().shards().forEach(shard -> replicas.addAll(shard.replicas()));
            warnings.addAll(answer.join().warnings());
        });
        for (var waiting : admissions.get()) {
            if (replicas.stream()
                    .noneMatch(replica -> replica.uuid().equals(waiting.member().toString()))) {
                replicas.add(joining(waiting));
            }
        }
        replicas.sort((a, b) -> a.id().compareTo(b.id()));
        return status(mine, withLags(replicas, mine.entryBytes()), warnings);
    }

    private static ReplicaStatus joining(AdmissionRecord record) {
        return new ReplicaStatus(
                record.label(),
                record.member().toString(),
                record.address().toString(),
                ReplicaStatus.JOINING,
                ClusterStatus.UNKNOWN,
                ClusterStatus.UNKNOWN,
                ClusterStatus.UNKNOWN,
                ClusterStatus.UNKNOWN,
                null,
                record.state() == AdmissionRecord.State.OPEN ? "admitted; start it" : "catching up");
    }

    /** Behind the replica that has most on its disk. */
    private static List<ReplicaStatus> withLags(List<ReplicaStatus> replicas, long entryBytes) {
        var most = replicas.stream().mapToLong(ReplicaStatus::fsynced).max().orElse(ClusterStatus.UNKNOWN);
        return replicas.stream()
                .map(replica -> {
                    if (replica.fsynced() == ClusterStatus.UNKNOWN) {
                        return replica;
                    }
                    var lag = most - Math.min(replica.fsynced(), replica.applied());
                    return replica.withLag(lag, lag * entryBytes);
                })
                .toList();
    }

    private ClusterStatus status(Own mine, List<ReplicaStatus> replicas, List<String> warnings) {
        return new ClusterStatus(
                cluster.toString(),
                List.of(new ShardStatus(mine.shard(), mine.leader(), mine.term(), replicas)),
                warnings);
    }
}
