/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.consensus.ReplicatedState.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/** This node's own requests to its group, made without a network: entries, checkpoints, members, and who is to lead. */
final class GroupClient implements LogSink, Ballot {
    private static final long CHECKPOINT_REQUEST_MILLIS_MAX = 60_000;
    private static final long STEP_DOWN_MILLIS_MAX = 3_000;
    /** 2^64 divided by the golden ratio: spreads consecutive terms evenly. */
    private static final long TERM_MIX = 0x9E3779B97F4A7C15L;

    private final ClientId id;
    private final RaftPeerId self;
    private final RaftServer server;
    private final RaftServer.Division division;
    private final RaftGroupId group;
    private final Membership membership;
    private final Duration silenceMax;
    private final Figures figures;
    private final LongSupplier nanoTicker;
    private final AtomicLong calls = new AtomicLong();

    /** @param silenceMax a follower that has not answered for so long is no successor */
    GroupClient(
            ClientId id,
            RaftNode.Identity identity,
            RaftServer server,
            RaftServer.Division division,
            Duration silenceMax,
            Figures figures,
            LongSupplier nanoTicker) {
        this.id = id;
        this.server = server;
        this.division = division;
        this.silenceMax = silenceMax;
        this.figures = figures;
        this.nanoTicker = nanoTicker;
        self = Members.peerId(identity.self().id());
        group = division.getGroup().getGroupId();
        membership = new Membership(
                identity.shard().name(), identity.self().id(), server, division, id, calls::incrementAndGet);
    }

    Membership membership() {
        return membership;
    }

    @Override
    public CompletableFuture<Outcome> submit(ByteBuffer entry) {
        var begun = nanoTicker.getAsLong();
        return send(entry).thenApply(reply -> {
            var outcome = reply.getContent().equals(FileStateMachine.APPLIED.getContent())
                    ? Outcome.APPLIED
                    : Outcome.DROPPED;
            figures.committed(nanoTicker.getAsLong() - begun);
            return outcome;
        });
    }

    /** What the state machine says to an entry, once that is applied here. */
    CompletableFuture<Message> send(ByteBuffer entry) {
        var request = RaftClientRequest.newBuilder()
                .setClientId(id)
                .setServerId(self)
                .setGroupId(group)
                .setCallId(calls.incrementAndGet())
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(entry)))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
            return ((RaftClientAsynchronousProtocol) division)
                    .submitClientRequestAsync(request)
                    .thenApply(reply -> successful(reply).getMessage());
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static RaftClientReply successful(RaftClientReply reply) {
        if (!reply.isSuccess()) {
            throw new CompletionException(reply.getException());
        }
        return reply;
    }

    CompletableFuture<RaftClientReply> takeSnapshot() {
        return server.snapshotManagementAsync(SnapshotManagementRequest.newCreate(
                id, self, group, calls.incrementAndGet(), CHECKPOINT_REQUEST_MILLIS_MAX, 1));
    }

    @Override
    public boolean leads(long term) {
        var info = division.getInfo();
        return info.isLeader() && info.getCurrentTerm() == term;
    }

    @Override
    public CompletableFuture<Void> stepDown(long term) {
        return leads(term) ? moveLeadership(null, STEP_DOWN_MILLIS_MAX) : CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> transfer(UUID member, Duration limit) {
        return moveLeadership(Members.peerId(member), limit.toMillis());
    }

    @Override
    public Optional<UUID> successor() {
        var info = division.getInfo();
        var answering = info.getRoleInfoProto().getLeaderInfo().getFollowerInfoList().stream()
                .filter(follower -> follower.getLastRpcElapsedTimeMs() < silenceMax.toMillis())
                .map(follower -> RaftPeerId.valueOf(follower.getId().getId()))
                .filter(membership::includes)
                .map(Members::uuid)
                .sorted()
                .toList();
        if (answering.isEmpty()) {
            return Optional.empty();
        }
        // another one each time, so that two nodes that cannot serve do not pass the office to each other for ever
        var mixed = (info.getCurrentTerm() * TERM_MIX) >>> 33;
        return Optional.of(answering.get((int) (mixed % answering.size())));
    }

    private CompletableFuture<Void> moveLeadership(@Nullable RaftPeerId successor, long millisMax) {
        var request = new TransferLeadershipRequest(id, self, group, calls.incrementAndGet(), successor, millisMax);
        try {
            return server.transferLeadershipAsync(request).thenAccept(reply -> {
                var unused = successful(reply);
            });
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
