/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.peer;

import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The one port between nodes: the services on it and its TLS, for Raft's server while it runs and for a {@link StandalonePort}
 * while it does not.
 *
 * @param tls null: connections in the clear
 */
public record PeerPort(PeerServices services, @Nullable TlsFiles tls) {
    /** Below the callers' {@link PeerCalls}, else gRPC would take their keep-alives for an attack. */
    private static final long KEEP_ALIVE_SECONDS_MIN = 5;

    /**
     * What makes Raft's server listen with our services and TLS, and hear only what is meant for this member. Reads the TLS files.
     *
     * @throws IOException a TLS file that cannot be read, named
     */
    public Parameters raftParameters(UUID self) throws IOException {
        var parameters = new Parameters();
        GrpcConfigKeys.Server.setServicesCustomizer(
                parameters, (builder, types) -> withServices(builder).intercept(new AddresseeCheck(self)));
        if (tls != null) {
            var config = tls.config();
            GrpcConfigKeys.TLS.setConf(parameters, config);
            GrpcConfigKeys.Server.setTlsConf(parameters, config);
            GrpcConfigKeys.Client.setTlsConf(parameters, config);
            GrpcConfigKeys.Admin.setTlsConf(parameters, config);
        }
        return parameters;
    }

    /** Listens with the services alone, while Raft's server does not; to be closed before that opens. */
    public StandalonePort listen(NodeAddress address) throws IOException {
        return new StandalonePort(this, address);
    }

    NettyServerBuilder withServices(NettyServerBuilder builder) {
        return builder.addService(services.definition())
                .permitKeepAliveTime(KEEP_ALIVE_SECONDS_MIN, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
    }
}
