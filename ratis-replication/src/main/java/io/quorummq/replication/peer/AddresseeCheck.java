/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.peer;

import java.util.Optional;
import java.util.UUID;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns away what Raft says to another member. Ratis looks at the group only: a node that came back under a new uuid would take
 * entries meant for its lost predecessor at the same address, and its answers would count as the predecessor's votes.
 */
final class AddresseeCheck implements ServerInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(AddresseeCheck.class);

    private final String self;

    AddresseeCheck(UUID self) {
        this.self = self.toString();
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private boolean turnedAway;

            @Override
            public void onMessage(Q message) {
                if (turnedAway) {
                    return;
                }
                var addressee = rpc(message).map(rpc -> rpc.getReplyId().toStringUtf8());
                if (addressee.isEmpty() || addressee.get().equals(self)) {
                    super.onMessage(message);
                    return;
                }
                turnedAway = true;
                LOG.debug("A message of Raft to member {} came to member {}", addressee.get(), self);
                call.close(
                        Status.UNAVAILABLE.withDescription("this is member " + self + ", not " + addressee.get()),
                        new Metadata());
                super.onCancel();
            }

            @Override
            public void onHalfClose() {
                if (!turnedAway) {
                    super.onHalfClose();
                }
            }
        };
    }

    /** Who speaks to whom, in each kind of message between Raft's servers. */
    private static Optional<RaftRpcRequestProto> rpc(Object message) {
        if (message instanceof AppendEntriesRequestProto append) {
            return Optional.of(append.getServerRequest());
        }
        if (message instanceof RequestVoteRequestProto vote) {
            return Optional.of(vote.getServerRequest());
        }
        if (message instanceof InstallSnapshotRequestProto install) {
            return Optional.of(install.getServerRequest());
        }
        if (message instanceof StartLeaderElectionRequestProto start) {
            return Optional.of(start.getServerRequest());
        }
        if (message instanceof ReadIndexRequestProto read) {
            return Optional.of(read.getServerRequest());
        }
        return Optional.empty();
    }
}
