/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.peer;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.apache.ratis.thirdparty.io.grpc.Attributes;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ClientCall;
import org.apache.ratis.thirdparty.io.grpc.ClientStreamTracer;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls other nodes over connections that are kept, one for each address, apart from those of Raft. */
public final class PeerCalls implements Peers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerCalls.class);

    private static final int CONNECT_MILLIS_MAX = 2_000;

    /** How soon a node that lost its power is noticed while a call waits; gRPC allows nothing shorter. */
    private static final long KEEP_ALIVE_SECONDS = 10;

    private static final long KEEP_ALIVE_ANSWER_SECONDS_MAX = 5;
    private static final int FLOW_CONTROL_BYTES = 4 << 20;
    private static final long CLOSE_SECONDS_MAX = 5;

    private final UUID cluster;
    private final @Nullable TlsFiles tls;
    private final Executor executor;
    private final Map<NodeAddress, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final Map<NodeAddress, String> refusedConnections = new ConcurrentHashMap<>();
    private boolean closed;

    /**
     * @param tls null: connections in the clear
     * @param executor where futures complete
     */
    public PeerCalls(UUID cluster, @Nullable TlsFiles tls, Executor executor) {
        this.cluster = cluster;
        this.tls = tls;
        this.executor = executor;
    }

    @Override
    public CompletableFuture<byte[]> call(NodeAddress node, String service, byte[] request, Duration limit) {
        if (request.length > PeerProtocol.MESSAGE_BYTES_MAX) {
            throw new IllegalArgumentException("a request of " + request.length + " bytes to service " + service
                    + "; allowed: " + PeerProtocol.MESSAGE_BYTES_MAX);
        }
        ManagedChannel channel;
        try {
            channel = channel(node);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(new NotSentException(node + " was not called: " + e.getMessage(), e));
        }
        var sent = new Sent();
        var call = channel.newCall(
                PeerProtocol.CALL,
                CallOptions.DEFAULT
                        .withDeadlineAfter(limit.toNanos(), TimeUnit.NANOSECONDS)
                        .withExecutor(executor)
                        .withStreamTracerFactory(sent));
        var headers = new Metadata();
        headers.put(PeerProtocol.CLUSTER, cluster.toString());
        headers.put(PeerProtocol.CALLED, service);
        var outgoing = new Outgoing(node, service, channel, sent);
        call.start(outgoing, headers);
        call.request(2);
        call.sendMessage(request);
        call.halfClose();
        var unused = outgoing.answer.whenComplete((reply, failure) -> {
            if (outgoing.answer.isCancelled()) {
                call.cancel("the caller has gone", null);
            }
        });
        return outgoing.answer;
    }

    private synchronized ManagedChannel channel(NodeAddress node) throws IOException {
        if (closed) {
            throw new IOException("this node is stopping");
        }
        var known = channels.get(node);
        if (known != null) {
            return known;
        }
        var builder = NettyChannelBuilder.forAddress(node.host(), node.port())
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX)
                .maxInboundMessageSize(PeerProtocol.MESSAGE_BYTES_MAX)
                .flowControlWindow(FLOW_CONTROL_BYTES)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_ANSWER_SECONDS_MAX, TimeUnit.SECONDS)
                // otherwise gRPC itself sends a call a second time when it believes that the first was not looked at
                .disableRetry()
                // a proxy of the environment is none of a cluster's
                .proxyDetector(address -> null);
        if (tls == null) {
            builder.usePlaintext();
        } else {
            builder.sslContext(tls.forClient());
        }
        var channel = builder.build();
        channels.put(node, channel);
        return channel;
    }

    /** The next call connects at once instead of waiting out gRPC's pause, which grows to two minutes. */
    private synchronized void drop(NodeAddress node, ManagedChannel channel) {
        if (channels.remove(node, channel)) {
            channel.shutdown();
        }
    }

    private void noteNotReached(NodeAddress node, Status status) {
        var reason = Unreached.isRefusal(status);
        if (reason.isEmpty()) {
            return;
        }
        if (!reason.get().equals(refusedConnections.put(node, reason.get()))) {
            LOG.warn("No connection to node {}: {}", node, reason.get());
        }
    }

    @Override
    public void close() {
        Map<NodeAddress, ManagedChannel> last;
        synchronized (this) {
            closed = true;
            last = Map.copyOf(channels);
            channels.clear();
        }
        last.values().forEach(ManagedChannel::shutdownNow);
        for (var channel : last.values()) {
            try {
                if (!channel.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                    LOG.warn("A connection to another node takes longer than {} s to close", CLOSE_SECONDS_MAX);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Whether a call has got as far as a connection: from there on nobody knows what the other node saw of it. */
    private static final class Sent extends ClientStreamTracer.Factory {
        private volatile boolean maybe;

        @Override
        public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void streamCreated(Attributes transport, Metadata ignored) {
                    maybe = true;
                }
            };
        }
    }

    /** The end of one call, turned into what the contract of {@link Peers} says. */
    private final class Outgoing extends ClientCall.Listener<byte[]> {
        private final CompletableFuture<byte[]> answer = new CompletableFuture<>();
        private final NodeAddress node;
        private final String service;
        private final ManagedChannel channel;
        private final Sent sent;
        private byte @Nullable [] reply;

        Outgoing(NodeAddress node, String service, ManagedChannel channel, Sent sent) {
            this.node = node;
            this.service = service;
            this.channel = channel;
            this.sent = sent;
        }

        @Override
        public void onMessage(byte[] message) {
            reply = message;
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (status.isOk() && reply != null) {
                refusedConnections.remove(node);
                answer.complete(reply);
                return;
            }
            answer.completeExceptionally(failure(status, trailers));
        }

        private Exception failure(Status status, Metadata trailers) {
            var what = "service " + service + " of node " + node;
            if (PeerProtocol.isRefusal(trailers)) {
                return new PeerRefusal(PeerProtocol.reason(trailers));
            }
            if (!sent.maybe) {
                if (status.getCode() == Status.Code.UNAVAILABLE) {
                    drop(node, channel);
                    noteNotReached(node, status);
                }
                var hint = tls == null && !Unreached.nobodyListens(status) ? "; that node may want TLS" : "";
                return new NotSentException(
                        what + " was not reached: " + Unreached.reason(status) + hint, status.asException());
            }
            return switch (status.getCode()) {
                case UNIMPLEMENTED -> new PeerRefusal(node + " does not take calls of other nodes");
                case DEADLINE_EXCEEDED -> {
                    var late = new TimeoutException(what + " did not answer in time");
                    late.initCause(status.asException());
                    yield late;
                }
                default -> new IOException(what + " failed: " + Unreached.reason(status), status.asException());
            };
        }
    }

    /** Why there is no connection, in words. */
    private static final class Unreached {
        private Unreached() {}

        static String reason(Status status) {
            var causes = new StringBuilder(String.valueOf(
                    status.getDescription() == null
                            ? status.getCode()
                            : PeerProtocol.shortened(status.getDescription())));
            for (var cause = status.getCause(); cause != null; cause = cause.getCause()) {
                if (cause.getMessage() != null && causes.indexOf(cause.getMessage()) < 0) {
                    causes.append(": ").append(cause.getMessage());
                }
            }
            return causes.toString();
        }

        static boolean nobodyListens(Status status) {
            for (var cause = status.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof ConnectException || cause instanceof UnresolvedAddressException) {
                    return true;
                }
            }
            return status.getCode() != Status.Code.UNAVAILABLE;
        }

        /** A connection that was refused for what we are, not because nobody listens. */
        static Optional<String> isRefusal(Status status) {
            for (var cause = status.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof SSLException) {
                    return Optional.of("TLS failed: " + reason(status));
                }
            }
            return Optional.empty();
        }
    }
}
