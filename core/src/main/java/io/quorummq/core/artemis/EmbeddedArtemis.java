/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.ConfigurationException;
import io.quorummq.core.artemis.delay.Buckets;
import io.quorummq.core.artemis.delay.DelayEngine;
import io.quorummq.core.artemis.delay.DelayLimits;
import io.quorummq.core.artemis.security.AcceptorSecurity;
import io.quorummq.core.artemis.security.CredentialSecurityManager;
import io.quorummq.core.artemis.security.OpenConnections;
import io.quorummq.core.credential.Credentials;
import io.quorummq.core.queue.Broker;
import java.net.BindException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine for as long as this node leads: started once, closed once. While it runs, JMS and AMQP clients are served,
 * and {@link #broker()} serves CMQ's.
 */
public final class EmbeddedArtemis implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedArtemis.class);

    /** A message that is due later does not wait in memory, whatever room there is. */
    private static final Duration IN_MEMORY_MAX = Duration.ofMinutes(2);

    private final BrokerConfiguration configuration;
    private final Visibility visibility;
    private final EngineServer server;
    private final DelayEngine delays;
    private volatile @Nullable ArtemisBroker broker;
    private @Nullable ScheduledFuture<?> ageScan;

    /**
     * Makes an engine that is not yet running.
     *
     * @param clock the cluster's clock, which leases, delays and retention go by
     * @param random where receipt handles, salts and internal passwords come from
     */
    public EmbeddedArtemis(
            BrokerConfiguration configuration,
            EngineSettings settings,
            Storage storage,
            Credentials credentials,
            InstantSource clock,
            SecureRandom random) {
        this.configuration = configuration;
        this.visibility = new Visibility(settings, clock, random);
        new AcceptorSecurity(random).applyTo(configuration.artemis());
        var security = new CredentialSecurityManager(credentials, clock, random);
        configuration.artemis().addAddressSetting(Buckets.match(), Buckets.settings());
        this.server = new EngineServer(configuration.artemis(), security, storage, visibility);
        this.delays = new DelayEngine(
                server,
                new DelayTargets(visibility),
                new DelayLimits(settings.delayedBytesMax(), IN_MEMORY_MAX),
                visibility.delayMeter(),
                clock);
        visibility.delays(delays);
        visibility.afterLoad(this::loaded);
    }

    /**
     * Loads what is stored and opens the acceptors; returns when clients can connect.
     *
     * @throws ConfigurationException if a port is in use or a configured part cannot be loaded
     */
    public void start() {
        var acceptors = new AcceptorChecks(configuration);
        acceptors.requireUsable();
        var failure = new AtomicReference<Throwable>();
        server.registerActivationFailureListener(failure::set);
        server.registerBrokerPlugin(new SenderRules(server, visibility));
        server.registerBrokerPlugin(new BrowserRules());
        server.registerBrokerPlugin(delays.routing());
        try {
            server.start();
        } catch (Exception e) {
            failure.compareAndSet(null, e);
        }
        var failed = failure.get();
        if (failed != null) {
            close();
            throw refusal(failed);
        }
        try {
            acceptors.requireOpen(server.getRemotingService());
            delays.start();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        var period = visibility.settings().ageScan().toMillis();
        ageScan =
                server.getScheduledPool().scheduleWithFixedDelay(this::scanAges, period, period, TimeUnit.MILLISECONDS);
    }

    /** CMQ's rules are in force before the first message moves. */
    private void loaded() {
        var loaded = new ArtemisBroker(server, visibility);
        loaded.load();
        if (!server.getResourceManager().getPreparedTransactions().isEmpty()) {
            visibility.queues().forEach(GateQueue::keepPagesOfPreparedMessages);
        }
        broker = loaded;
    }

    private void scanAges() {
        for (var queue : visibility.queues()) {
            if (queue.rules().governing().isPresent()) {
                queue.scanAges();
            }
        }
    }

    /** The queues as CMQ's rules need them; only after {@link #start()}. */
    public Broker broker() {
        var loaded = broker;
        if (loaded == null) {
            throw new IllegalStateException("the engine has not been started");
        }
        return loaded;
    }

    /** Whether clients can connect. */
    public boolean isActive() {
        return server.isActive();
    }

    /** Ends the connections of all JMS and AMQP clients that logged in with this id. */
    public void closeConnectionsOf(String secretId) {
        new OpenConnections(server).closeThoseOf(secretId);
    }

    EngineServer server() {
        return server;
    }

    /** Closes the acceptors, then the store; what was acknowledged is on disk already. */
    @Override
    public void close() {
        endServing();
        try {
            server.stop();
        } catch (Exception e) {
            LOG.error("The engine did not stop cleanly; everything acknowledged is stored", e);
        }
        visibility.queues().forEach(queue -> queue.receiver().abort());
    }

    /**
     * Ends at once what can not write any more: cuts the connections first, which is all that an AMQP client learns, then stops
     * without writing. What takes longer than the limit goes on by itself, harmlessly.
     */
    public void abandon(Duration limit) {
        var removal = new ServerRemoval(server);
        removal.cutConnections();
        endServing();
        removal.stop(limit);
        visibility.queues().forEach(queue -> queue.receiver().abort());
    }

    private void endServing() {
        if (ageScan != null) {
            ageScan.cancel(false);
        }
        visibility.queues().forEach(queue -> queue.receiver().leave());
        delays.close();
    }

    private ConfigurationException refusal(Throwable failed) {
        for (var cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return new ConfigurationException("a port is in use: " + failed.getMessage(), failed);
            }
        }
        return new ConfigurationException(
                "the engine of " + configuration.file() + " does not start: " + failed.getMessage(), failed);
    }
}
