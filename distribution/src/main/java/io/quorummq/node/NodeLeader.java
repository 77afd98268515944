/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.core.queue.Broker;
import io.quorummq.core.queue.Leader;
import io.quorummq.core.queue.NotForwardedException;
import io.quorummq.replication.consensus.Member;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.NotSentException;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.Peers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Who serves the queues, by Raft's word. */
final class NodeLeader implements Leader {
    /** A receive waits 30 s at most, anything else much less. */
    private static final Duration FORWARD_MAX = Duration.ofSeconds(40);

    private final Supplier<Optional<Broker>> own;
    private final Supplier<Optional<Member>> other;
    private final Peers peers;
    private final Change change;

    /** @param other the member that leads, when it is another than this node */
    NodeLeader(Supplier<Optional<Broker>> own, Supplier<Optional<Member>> other, Peers peers, Change change) {
        this.own = own;
        this.other = other;
        this.peers = peers;
        this.change = change;
    }

    @Override
    public Optional<Broker> broker() {
        return own.get();
    }

    @Override
    public Optional<CompletableFuture<byte[]>> forward(byte[] request) {
        return other.get().map(leader -> forward(new NodeAddress(leader.host(), leader.port()), request));
    }

    private CompletableFuture<byte[]> forward(NodeAddress leader, byte[] request) {
        var call = peers.call(leader, ForwardingService.NAME, request, FORWARD_MAX);
        return HandedOn.of(call, failure -> meaning(leader, failure));
    }

    private static Throwable meaning(NodeAddress leader, Throwable failure) {
        return failure instanceof NotSentException || failure instanceof PeerRefusal
                ? new NotForwardedException("node " + leader + " did not take it: " + failure.getMessage(), failure)
                : failure;
    }

    @Override
    public CompletableFuture<Void> change() {
        return change.next();
    }
}
