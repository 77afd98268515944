/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.util.AwaitForSignal;

/**
 * Ratis' gRPC, with one change: a follower that waits for an installation is told so a few times a second. Ratis 3.3.0 tells it as
 * often as its answers come back, hundreds of times a second for as long as the installation takes.
 */
public final class PacedGrpc implements RpcType {
    /** Ratis makes one from the class's name. */
    public PacedGrpc() {}

    @Override
    public String name() {
        return PacedGrpc.class.getName();
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        return new Factory(parameters);
    }

    private static final class Factory extends GrpcFactory {
        Factory(Parameters parameters) {
            super(parameters);
        }

        @Override
        public LogAppender newLogAppender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
            return new Appender(server, state, follower);
        }
    }

    private static final class Appender extends GrpcLogAppender {
        private static final long NOTICE_MILLIS_MAX = 500;

        /** Neither new entries nor the follower's answers end the wait: there is nothing that it could be sent. */
        private final AwaitForSignal never = new AwaitForSignal("waiting for an installation") {
            @Override
            public void signal() {
                // see above
            }
        };

        Appender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
            super(server, state, follower);
        }

        @Override
        public long getWaitTimeMs() {
            var usual = super.getWaitTimeMs();
            if (shouldNotifyToInstallSnapshot() == null) {
                return usual;
            }
            // well below the time after which the follower would stand for election
            return Math.max(
                    usual, Math.min(NOTICE_MILLIS_MAX, getServer().properties().minRpcTimeoutMs() / 4));
        }

        @Override
        public AwaitForSignal getEventAwaitForSignal() {
            return shouldNotifyToInstallSnapshot() == null ? super.getEventAwaitForSignal() : never;
        }
    }
}
