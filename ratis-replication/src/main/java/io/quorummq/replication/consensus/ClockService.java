/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.PeerService;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** Answers the leader what the time is here, and hears from it what the cluster's is. */
final class ClockService implements PeerService {
    private final String shard;
    private final ClusterClock clock;
    private final LongSupplier currentTerm;

    /** @param currentTerm Raft's on this node; whoever led in an earlier one tells the time no more */
    ClockService(String shard, ClusterClock clock, LongSupplier currentTerm) {
        this.shard = shard;
        this.clock = clock;
        this.currentTerm = currentTerm;
    }

    @Override
    public String name() {
        return ClockCall.service(shard);
    }

    @Override
    public CompletableFuture<byte[]> call(byte[] request) {
        ClockCall.Question question;
        try {
            question = ClockCall.Question.decode(request);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(new PeerRefusal(String.valueOf(e.getMessage())));
        }
        // before the question is heard: what a leader tells is no opinion of ours
        var answer = new NodeTime(clock.isRunning(), clock.millis(), clock.wallMillis());
        if (question.tells() && question.term() >= currentTerm.getAsLong()) {
            clock.hear(question.clusterMillis());
        }
        return CompletableFuture.completedFuture(ClockCall.encode(answer));
    }
}
