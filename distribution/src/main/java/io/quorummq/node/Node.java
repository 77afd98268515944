/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.admin.AdminPlugin;
import io.quorummq.admin.AdminServer;
import io.quorummq.admin.AdminSettings;
import io.quorummq.admin.Health;
import io.quorummq.admin.Metrics;
import io.quorummq.config.Home;
import io.quorummq.config.HomeLock;
import io.quorummq.config.Port;
import io.quorummq.core.ConfigurationException;
import io.quorummq.core.artemis.BrokerConfiguration;
import io.quorummq.core.artemis.BrokerConfiguration.Acceptor;
import io.quorummq.core.artemis.Storage;
import io.quorummq.core.credential.CredentialFile;
import io.quorummq.core.queue.Broker;
import io.quorummq.core.queue.Leader;
import io.quorummq.core.queue.Queues;
import io.quorummq.rest.CmqBridge;
import io.quorummq.rest.http.CmqHttpServer;
import io.quorummq.rest.http.EndpointException;
import io.quorummq.rest.http.RestSettings;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node: reads as the table of contents of the program. Started once, closed once; the HTTP servers belong to
 * the node, the broker to the time in which this node leads.
 */
public final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private final Home home;
    private final HomeLock lock;
    private final BrokerConfiguration configuration;
    private final CredentialFile credentials;
    private final Metrics metrics;
    private final CmqHttpServer cmq;
    private final AdminServer admin;
    private final Housekeeping housekeeping;
    private final ActiveBroker activeBroker;
    private volatile @Nullable ActiveBroker active;
    private volatile boolean isServing;

    /**
     * A node that is not yet running, on a home that is complete.
     *
     * @param onEngineFailure run once if the engine stops by itself, as it does when its store fails
     * @throws ConfigurationException if another process runs this home, or its configuration cannot be used
     */
    public Node(Home home, InstantSource clock, SecureRandom random, Runnable onEngineFailure) {
        this.home = home;
        lock = HomeLock.of(home);
        try {
            configuration = BrokerConfiguration.read(home.brokerXml(), home.directory());
            credentials = CredentialFile.open(home.credentials(), System::nanoTime);
            metrics = new Metrics(this::broker);
            activeBroker = new ActiveBroker(configuration, Storage.local(), credentials, clock, random);
            var rest = restSettings(configuration);
            var leader = Leader.alone(this::broker);
            var queues = new Queues(leader::broker, rest.limits());
            cmq = new CmqHttpServer(rest, queues, leader, credentials, clock, random, metrics.registry());
            checkCmq();
            admin = new AdminServer(adminSettings(configuration), new NodeHealth(), metrics::scrape);
            housekeeping = new Housekeeping(credentials, activeBroker::isActive, onEngineFailure);
            credentials.onRemoved(this::closeConnectionsOf);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * Returns when every door is open.
     *
     * @throws ConfigurationException if a port is in use or a configured part cannot be loaded; the node is closed then
     */
    public void start() {
        try {
            Acceptors.requireFree(configuration.acceptors());
            startAdmin();
            activeBroker.start();
            active = activeBroker;
            startCmq();
            announce();
            isServing = true;
            housekeeping.start();
            LOG.info("Serving CMQ at {}, JMS and AMQP at {}", cmqEndpoints(), acceptors());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void announce() {
        Acceptors.warnOfOpenPlainPorts(configuration.acceptors());
        try {
            Files.writeString(home.cmqEndpoint(), cmqEndpoints().get(0).toString());
        } catch (IOException e) {
            throw new ConfigurationException("cannot write " + home.cmqEndpoint() + ": " + e.getMessage(), e);
        }
    }

    /** Where CMQ clients call. */
    public List<URI> cmqEndpoints() {
        return cmq.endpoints();
    }

    /** Where JMS and AMQP clients connect. */
    public List<Acceptor> acceptors() {
        return configuration.acceptors();
    }

    /** Where health and metrics are. */
    public URI adminEndpoint() {
        return admin.endpoint();
    }

    /** Who may use the node. */
    public CredentialFile credentials() {
        return credentials;
    }

    /** Stops taking requests, then the engine; what was acknowledged is on the disk already. */
    @Override
    public void close() {
        isServing = false;
        closing("announcement", () -> Files.deleteIfExists(home.cmqEndpoint()));
        closing("housekeeping", housekeeping);
        closing("CMQ HTTP server", cmq);
        active = null;
        closing("engine", activeBroker);
        closing("admin server", admin);
        closing("metrics", metrics);
        closing("lock of the home", lock);
    }

    private Optional<Broker> broker() {
        return Optional.ofNullable(active).map(ActiveBroker::broker);
    }

    private void closeConnectionsOf(String secretId) {
        Optional.ofNullable(active).ifPresent(broker -> broker.closeConnectionsOf(secretId));
    }

    private static RestSettings restSettings(BrokerConfiguration configuration) {
        try {
            return RestSettings.of(configuration.pluginSettings(CmqBridge.class).orElse(Map.of()));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    configuration.file() + ": " + CmqBridge.class.getName() + ": " + e.getMessage(), e);
        }
    }

    private static AdminSettings adminSettings(BrokerConfiguration configuration) {
        return configuration
                .pluginSettings(AdminPlugin.class)
                .map(AdminSettings::of)
                .orElse(AdminSettings.DEFAULT);
    }

    private void checkCmq() {
        try {
            cmq.check();
        } catch (EndpointException e) {
            throw new ConfigurationException(configuration.file() + ": " + e.getMessage(), e);
        }
    }

    private void startCmq() {
        try {
            cmq.start();
        } catch (EndpointException e) {
            throw new ConfigurationException(
                    "CMQ HTTP: " + e.getMessage() + "; move it by " + Port.CMQ.option() + " or --port-offset", e);
        }
    }

    private void startAdmin() {
        try {
            admin.start();
        } catch (Exception e) {
            var reason = isBindFailure(e) ? "the port is in use" : String.valueOf(e.getMessage());
            throw new ConfigurationException(
                    "admin: cannot listen on " + admin.endpoint().getAuthority() + ": " + reason + "; move it by "
                            + Port.ADMIN.option() + " or --port-offset",
                    e);
        }
    }

    private static boolean isBindFailure(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return true;
            }
        }
        return false;
    }

    private static void closing(String part, AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            LOG.error("The {} did not close cleanly", part, e);
        }
    }

    private final class NodeHealth implements Health {
        @Override
        public boolean isReady() {
            return isServing && isLeader();
        }

        @Override
        public boolean isLeader() {
            var broker = active;
            return broker != null && broker.isActive();
        }
    }
}
