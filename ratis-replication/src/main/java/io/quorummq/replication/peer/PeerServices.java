/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.peer;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this node does for the others of its cluster: finds the service of each call and runs it, refusing callers of other clusters. */
public final class PeerServices {
    private static final Logger LOG = LoggerFactory.getLogger(PeerServices.class);

    /** Calls under way at once; a waiting one holds its request, no thread. */
    private static final int CALLS_MAX = 10_000;

    private static final int SHOWN = 8;

    private final UUID cluster;
    private final Executor executor;
    private final Map<String, PeerService> services = new ConcurrentHashMap<>();
    private final AtomicInteger calls = new AtomicInteger();

    /** @param executor where the services are called */
    public PeerServices(UUID cluster, Executor executor) {
        this.cluster = cluster;
        this.executor = executor;
    }

    /** From now on the service can be called. */
    public PeerServices add(PeerService service) {
        if (!service.name().matches("[0-9a-z-]{1,64}")) {
            throw new IllegalArgumentException(
                    "service '" + service.name() + "'; allowed: 1 to 64 lower-case letters, digits and '-'");
        }
        if (services.putIfAbsent(service.name(), service) != null) {
            throw new IllegalStateException("service " + service.name() + " is there already");
        }
        return this;
    }

    UUID cluster() {
        return cluster;
    }

    ServerServiceDefinition definition() {
        return ServerServiceDefinition.builder(PeerProtocol.SERVICE)
                .addMethod(PeerProtocol.CALL, this::begin)
                .build();
    }

    private ServerCall.Listener<byte[]> begin(ServerCall<byte[], byte[]> call, Metadata headers) {
        // one request; asking for two lets gRPC notice a second one
        call.request(2);
        return new Incoming(call, headers.get(PeerProtocol.CLUSTER), headers.get(PeerProtocol.CALLED));
    }

    private CompletableFuture<byte[]> run(@Nullable String caller, @Nullable String name, byte[] request) {
        if (!cluster.toString().equals(caller)) {
            // not the whole id: where nodes do not speak TLS, whoever knows it may call
            return CompletableFuture.failedFuture(new PeerRefusal(
                    "this node belongs to cluster " + cluster.toString().substring(0, SHOWN) + "…" + ", the caller to "
                            + (caller == null ? "none" : caller)));
        }
        var service = name == null ? null : services.get(name);
        if (service == null) {
            return CompletableFuture.failedFuture(new PeerRefusal("this node has no service '" + name + "'"));
        }
        try {
            return service.call(request);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** One call; gRPC calls its methods one after another, the service's answer may come on any thread. */
    private final class Incoming extends ServerCall.Listener<byte[]> {
        private final ServerCall<byte[], byte[]> call;
        private final @Nullable String caller;
        private final @Nullable String name;
        private byte @Nullable [] request;
        private @Nullable CompletableFuture<byte[]> running;
        private boolean gone;

        Incoming(ServerCall<byte[], byte[]> call, @Nullable String caller, @Nullable String name) {
            this.call = call;
            this.caller = caller;
            this.name = name;
        }

        @Override
        public void onMessage(byte[] message) {
            request = message;
        }

        @Override
        public void onHalfClose() {
            var bytes = request;
            request = null;
            if (bytes == null) {
                call.close(Status.INTERNAL.withDescription("a call without a request"), new Metadata());
                return;
            }
            if (calls.incrementAndGet() > CALLS_MAX) {
                calls.decrementAndGet();
                refuse("this node has " + CALLS_MAX + " calls of other nodes under way");
                return;
            }
            try {
                executor.execute(() -> start(bytes));
            } catch (RejectedExecutionException e) {
                calls.decrementAndGet();
                refuse("this node is stopping");
            }
        }

        private void start(byte[] bytes) {
            synchronized (this) {
                if (gone) {
                    calls.decrementAndGet();
                    return;
                }
            }
            var future = run(caller, name, bytes);
            var unused = future.whenComplete(this::answer);
            synchronized (this) {
                running = future;
                if (!gone) {
                    return;
                }
            }
            future.cancel(true);
        }

        private void answer(byte @Nullable [] reply, @Nullable Throwable failure) {
            calls.decrementAndGet();
            synchronized (this) {
                if (gone) {
                    return;
                }
            }
            try {
                if (failure != null || reply == null) {
                    fail(failure);
                } else if (reply.length > PeerProtocol.MESSAGE_BYTES_MAX) {
                    fail(new IllegalStateException("service " + name + " answered " + reply.length + " bytes; allowed: "
                            + PeerProtocol.MESSAGE_BYTES_MAX));
                } else {
                    call.sendHeaders(new Metadata());
                    call.sendMessage(reply);
                    call.close(Status.OK, new Metadata());
                }
            } catch (RuntimeException e) {
                // the connection may break at any of these steps; the caller hears of it from gRPC
                LOG.debug("An answer of service {} did not get out", name, e);
            }
        }

        private void fail(@Nullable Throwable failure) {
            var cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause instanceof PeerRefusal refusal) {
                refuse(String.valueOf(refusal.getMessage()));
                return;
            }
            LOG.warn("A call of service {} by another node failed", name, cause);
            call.close(Status.INTERNAL.withDescription(PeerProtocol.shortened(String.valueOf(cause))), new Metadata());
        }

        private void refuse(String reason) {
            call.close(Status.FAILED_PRECONDITION.withDescription("refused"), PeerProtocol.refusal(reason));
        }

        @Override
        public void onCancel() {
            CompletableFuture<byte[]> future;
            synchronized (this) {
                gone = true;
                future = running;
            }
            if (future != null) {
                future.cancel(true);
            }
        }
    }
}
