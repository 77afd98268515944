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
import io.quorummq.core.credential.Credential;
import io.quorummq.core.queue.Queues;
import io.quorummq.node.Housekeeping.Duty;
import io.quorummq.rest.CmqBridge;
import io.quorummq.rest.http.CmqHttpServer;
import io.quorummq.rest.http.EndpointException;
import io.quorummq.rest.http.RestSettings;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
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
    private final Replica replica;
    private final Metrics metrics;
    private final CmqHttpServer cmq;
    private final AdminServer admin;
    private final Housekeeping housekeeping;
    private volatile boolean isServing;

    /**
     * A node that is not yet running, on a home that is complete.
     *
     * @param wall this machine's clock; queues go by the cluster's, which follows it slowly
     * @throws ConfigurationException if another process runs this home, or its configuration cannot be used
     */
    public Node(Home home, InstantSource wall, SecureRandom random) {
        this.home = home;
        lock = HomeLock.of(home);
        try {
            configuration = BrokerConfiguration.read(home.brokerXml(), home.directory());
            configuration.requireUsable();
            replica = new Replica(home, configuration, wall, random);
            metrics = new Metrics(replica::broker);
            var meters = replica.meters();
            meters.bindTo(
                    metrics.registry(),
                    replica.office()::lastActivation,
                    replica.scrubbing()::last,
                    replica.clusterClock()::wallAheadMillis);
            metrics.beforeScrape(meters::refresh);
            var rest = restSettings(configuration);
            var queues = new Queues(replica::broker, rest.limits());
            cmq = new CmqHttpServer(
                    rest, queues, replica.leader(), replica.credentials(), wall, random, metrics.registry());
            checkCmq();
            replica.offer(new ForwardingService(cmq::forwarded));
            admin = new AdminServer(adminSettings(configuration), new NodeHealth(), metrics::scrape);
            housekeeping = new Housekeeping(List.of(
                    new Duty("removed credentials", replica.credentials()::poll),
                    new Duty("the engine", replica.office()::endIfEngineStopped),
                    new Duty("this machine's clock", replica.clockWatch()::look),
                    new Duty("absent nodes", new Absences(replica::figures)::look),
                    new Duty("the replica's files", replica::lookAfterFiles),
                    new Duty("the cluster's members", replica::lookAfterMembers)));
            replica.credentials().onRemoved(this::closeConnectionsOf);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * Returns when every door of this node is open. JMS and AMQP are served by the node that leads; whether one does is said by
     * {@link #isReady}.
     *
     * @throws ConfigurationException if a port is in use, a configured part cannot be loaded, or this node may not take part in its
     *     cluster; the node is closed then
     */
    public void start() {
        try {
            Acceptors.requireFree(configuration.acceptors());
            startAdmin();
            announce(home.peerEndpoint(), replica.address());
            replica.open();
            startCmq();
            announce();
            isServing = true;
            housekeeping.start();
            LOG.info("Serving CMQ at {}, JMS and AMQP at {} while leading", cmqEndpoints(), acceptors());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void announce() {
        Acceptors.warnOfOpenPlainPorts(configuration.acceptors());
        announce(home.cmqEndpoint(), cmqEndpoints().get(0));
    }

    private static void announce(Path file, Object where) {
        try {
            Files.writeString(file, where.toString());
        } catch (IOException e) {
            throw new ConfigurationException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /** Whether CMQ requests will be served: this node leads, or knows who does. */
    public boolean isReady() {
        return isServing && replica.isReady();
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

    /** Who may use the cluster, as this node knows it. */
    public List<Credential> credentials() {
        return replica.credentials().list();
    }

    /** Stops taking requests, hands the office over, stops; what was acknowledged is on the disks of a majority already. */
    @Override
    public void close() {
        isServing = false;
        closing("announcement", () -> Files.deleteIfExists(home.cmqEndpoint()));
        closing("announcement to commands", () -> Files.deleteIfExists(home.peerEndpoint()));
        closing("housekeeping", housekeeping);
        closing("CMQ HTTP server", cmq);
        closing("replica", replica);
        closing("admin server", admin);
        closing("metrics", metrics);
        closing("lock of the home", lock);
    }

    private void closeConnectionsOf(String secretId) {
        replica.office().serving().ifPresent(serving -> serving.broker().closeConnectionsOf(secretId));
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
            return Node.this.isReady();
        }

        @Override
        public boolean isLeader() {
            return replica.office()
                    .serving()
                    .filter(serving -> serving.broker().isActive())
                    .isPresent();
        }
    }
}
