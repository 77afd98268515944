/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import static io.quorummq.rest.http.CmqFixture.CREDENTIAL;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quorummq.core.queue.Broker;
import io.quorummq.core.queue.Leader;
import io.quorummq.core.queue.Queues;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Two servers in one JVM over one broker, which is active on the one that leads, if any does. */
final class TwoNodes implements AutoCloseable {
    final ManualClock clock = new ManualClock(CmqFixture.NOON);
    final InMemoryBroker broker = new InMemoryBroker(clock);
    final AtomicInteger forwarded = new AtomicInteger();
    final Node first;
    final Node second;

    private volatile Link link = (request, to) -> to.server.forwarded(request);
    private @Nullable Node leading;
    private CompletableFuture<Void> change = new CompletableFuture<>();

    TwoNodes(Map<String, String> properties) {
        first = new Node(properties);
        second = new Node(properties);
        lead(first);
    }

    TwoNodes() {
        this(Map.of());
    }

    /** Makes this one lead, or nobody. */
    void lead(@Nullable Node next) {
        CompletableFuture<Void> changed;
        synchronized (this) {
            leading = next;
            changed = change;
            change = new CompletableFuture<>();
        }
        changed.complete(null);
    }

    /** From now on this is what carries requests from node to node. */
    void linkedBy(Link another) {
        link = another;
    }

    @Override
    public void close() {
        first.server.close();
        second.server.close();
    }

    private synchronized Optional<Node> leading() {
        return Optional.ofNullable(leading);
    }

    private synchronized CompletableFuture<Void> nextChange() {
        return change;
    }

    interface Link {
        CompletableFuture<byte[]> carry(byte[] request, Node to);
    }

    final class Node implements Leader {
        final SimpleMeterRegistry registry = new SimpleMeterRegistry();
        final CmqHttpServer server;
        final CmqCaller caller;

        Node(Map<String, String> properties) {
            var all = new HashMap<>(properties);
            all.putIfAbsent("port", "0");
            var settings = RestSettings.of(all);
            server = new CmqHttpServer(
                    settings,
                    new Queues(this::broker, settings.limits()),
                    this,
                    id -> Optional.of(CREDENTIAL)
                            .filter(known -> known.secretId().equals(id)),
                    clock,
                    new Random(1),
                    registry);
            server.start();
            caller = new CmqCaller(server.endpoints().get(0), clock);
        }

        @Override
        public Optional<Broker> broker() {
            return leading().filter(node -> node == this).map(node -> broker);
        }

        @Override
        public Optional<CompletableFuture<byte[]>> forward(byte[] request) {
            return leading().filter(node -> node != this).map(node -> {
                forwarded.incrementAndGet();
                return link.carry(request, node);
            });
        }

        @Override
        public CompletableFuture<Void> change() {
            return nextChange();
        }

        double count(String outcome) {
            return registry.get("quorummq.cmq.forwarded")
                    .tag("outcome", outcome)
                    .counter()
                    .count();
        }

        double waitingForLeader() {
            return registry.get("quorummq.cmq.waiting.for.leader").gauge().value();
        }
    }
}
