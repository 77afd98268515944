/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.cluster.ClusterRequest;
import io.quorummq.cluster.VerifyReport;
import io.quorummq.cluster.VerifyReport.ReplicaReport;
import io.quorummq.cluster.VerifyReport.ShardReport;
import io.quorummq.replication.consensus.Member;
import io.quorummq.replication.consensus.RaftNode;
import io.quorummq.replication.consensus.Scrubbing;
import io.quorummq.replication.consensus.StoreState;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.Peers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Compares the replicas: the hashes of all at one entry of the log, and what each finds when it reads its files. */
final class Verification {
    /** Asks one node for its report at an index. */
    static final String HASH = "hash";

    private static final String INDEX = "index";
    private static final Duration HASH_MAX = Duration.ofSeconds(60);
    private static final Duration REPORT_MAX = Duration.ofMinutes(4);

    private final String shard;
    private final String self;
    private final Supplier<RaftNode> raft;
    private final StoreState state;
    private final Scrubbing scrubbing;
    private final Peers peers;

    Verification(
            String shard, String self, Supplier<RaftNode> raft, StoreState state, Scrubbing scrubbing, Peers peers) {
        this.shard = shard;
        this.self = self;
        this.raft = raft;
        this.state = state;
        this.scrubbing = scrubbing;
        this.peers = peers;
    }

    /** On the leader: all replicas' reports at one entry. */
    CompletableFuture<byte[]> verify() {
        return raft.get().verify().thenCompose(position -> {
            var reports = raft.get().membership().members().stream()
                    .map(member -> report(member, position.index()))
                    .toList();
            return CompletableFuture.allOf(reports.toArray(CompletableFuture[]::new))
                    .thenApply(all -> combined(
                                    position.index(),
                                    reports.stream()
                                            .map(CompletableFuture::join)
                                            .toList())
                            .bytes());
        });
    }

    private CompletableFuture<ReplicaReport> report(Member member, long index) {
        if (member.label().equals(self)) {
            return own(index);
        }
        var request = ClusterRequest.of(HASH).with(INDEX, Long.toString(index));
        return peers.call(
                        new NodeAddress(member.host(), member.port()),
                        ClusterRequest.SERVICE,
                        request.bytes(),
                        REPORT_MAX)
                .thenApply(answer ->
                        VerifyReport.parse(answer).shards().get(0).replicas().get(0))
                .exceptionally(failure -> silent(member.label(), failure));
    }

    /** This replica's report. */
    CompletableFuture<byte[]> hash(ClusterRequest request) {
        var index = Long.parseLong(request.argument(INDEX));
        return own(index).thenApply(report -> combined(index, List.of(report)).bytes());
    }

    private CompletableFuture<ReplicaReport> own(long index) {
        return state.verification(index)
                .orTimeout(HASH_MAX.toSeconds(), TimeUnit.SECONDS)
                .thenCombine(
                        scrubbing.scrubNow(),
                        (hash, round) -> new ReplicaReport(
                                self,
                                hash.sha256(),
                                round.damage().isEmpty() ? "ok" : "damaged",
                                round.damage().stream()
                                        .map(damage -> String.valueOf(damage.getMessage()))
                                        .toList()))
                .exceptionally(failure -> silent(self, failure));
    }

    private static ReplicaReport silent(String label, Throwable failure) {
        var cause = HandedOn.cause(failure);
        var reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return new ReplicaReport(label, "", "no report: " + reason, List.of());
    }

    private VerifyReport combined(long index, List<ReplicaReport> reports) {
        var first = reports.get(0).hash();
        var agreed = reports.stream()
                .allMatch(report -> !report.hash().isEmpty()
                        && report.hash().equals(first)
                        && report.damage().isEmpty());
        return new VerifyReport(agreed, List.of(new ShardReport(shard, index, reports)));
    }
}
