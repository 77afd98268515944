/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.queue.Broker;
import io.quorummq.core.queue.Leader;
import io.quorummq.core.queue.Queues;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** A real server on a free port over a broker in memory, both by a clock that the test moves. */
final class CmqFixture implements AutoCloseable {
    static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    static final Credential CREDENTIAL = new Credential("AKIDtest0123456789", "secretKeyForTests");

    final ManualClock clock;
    final InMemoryBroker broker;
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final CmqHttpServer server;
    volatile boolean active = true;

    CmqFixture(Instant now, Map<String, String> properties, Credential... credentials) {
        clock = new ManualClock(now);
        broker = new InMemoryBroker(clock);
        var all = new HashMap<>(properties);
        all.putIfAbsent("port", "0");
        var settings = RestSettings.of(all);
        var known = new HashMap<String, Credential>();
        known.put(CREDENTIAL.secretId(), CREDENTIAL);
        for (var credential : credentials) {
            known.put(credential.secretId(), credential);
        }
        var leader = Leader.alone(() -> active ? Optional.<Broker>of(broker) : Optional.empty());
        var queues = new Queues(leader::broker, settings.limits());
        server = new CmqHttpServer(
                settings, queues, leader, id -> Optional.ofNullable(known.get(id)), clock, new Random(1), registry);
        server.start();
    }

    CmqFixture(Map<String, String> properties) {
        this(NOON, properties);
    }

    CmqFixture() {
        this(Map.of());
    }

    CmqCaller caller() {
        return new CmqCaller(server.endpoints().get(0), clock);
    }

    @Override
    public void close() {
        server.close();
    }
}
