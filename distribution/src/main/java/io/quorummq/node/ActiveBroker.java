/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.core.artemis.BrokerConfiguration;
import io.quorummq.core.artemis.EmbeddedArtemis;
import io.quorummq.core.artemis.EngineSettings;
import io.quorummq.core.artemis.QueuePlugin;
import io.quorummq.core.artemis.Storage;
import io.quorummq.core.credential.Credentials;
import io.quorummq.core.queue.Broker;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * All that lives for one leadership: the engine on the stored files, its queues, leases, timers and acceptors. Whoever
 * needs it holds an {@code Optional} of it and asks again each time.
 */
final class ActiveBroker implements AutoCloseable {
    private static final Duration ABANDON_MAX = Duration.ofSeconds(10);

    private final EmbeddedArtemis engine;

    /** Not yet started. */
    ActiveBroker(
            BrokerConfiguration configuration,
            Storage storage,
            Credentials credentials,
            InstantSource clock,
            SecureRandom random) {
        engine = new EmbeddedArtemis(
                configuration,
                EngineSettings.of(
                        configuration.pluginSettings(QueuePlugin.class).orElse(Map.of())),
                storage,
                credentials,
                clock,
                random);
    }

    /** Returns when JMS and AMQP clients can connect. */
    void start() {
        engine.start();
    }

    Broker broker() {
        return engine.broker();
    }

    boolean isActive() {
        return engine.isActive();
    }

    void closeConnectionsOf(String secretId) {
        engine.closeConnectionsOf(secretId);
    }

    /** Finishes what is under way and writes it, then stops. */
    @Override
    public void close() {
        engine.close();
    }

    /** Ends all connections at once and stops without writing: the office is lost already. */
    void abandon() {
        engine.abandon(ABANDON_MAX);
    }
}
