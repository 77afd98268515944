/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.peer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.io.grpc.Server;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port between nodes without Raft: before a group is formed, and while a node has closed its part in it. */
public final class StandalonePort implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StandalonePort.class);
    private static final long CLOSE_SECONDS_MAX = 5;

    private final NodeAddress address;
    private final Server server;

    StandalonePort(PeerPort port, NodeAddress address) throws IOException {
        this.address = address;
        var builder = NettyServerBuilder.forAddress(new InetSocketAddress(address.host(), address.port()))
                .withChildOption(ChannelOption.SO_REUSEADDR, true)
                .maxInboundMessageSize(PeerProtocol.MESSAGE_BYTES_MAX);
        var tls = port.tls();
        if (tls != null) {
            builder.sslContext(tls.forServer());
        }
        server = port.withServices(builder).build();
        try {
            server.start();
        } catch (IOException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("cannot listen for the other nodes on " + address + ": " + cause.getMessage(), e);
        }
    }

    /** Breaks off the calls under way, and returns when the port is free. */
    @Override
    public void close() throws IOException {
        server.shutdownNow();
        try {
            if (!server.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.warn("Port {} takes longer than {} s to close", address, CLOSE_SECONDS_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
