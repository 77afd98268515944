/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.quorummq.core.credential.Credentials;
import io.quorummq.core.queue.Leader;
import io.quorummq.core.queue.Queues;
import io.quorummq.rest.action.Actions;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.glassfish.jersey.CommonProperties;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.glassfish.jersey.servlet.ServletContainer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the CMQ HTTP API on all configured endpoints: from {@link #start} to {@link #close}, both called once, by one
 * thread.
 */
public final class CmqHttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CmqHttpServer.class);
    private static final long DRAIN_SECONDS_MAX = 10;
    private static final int ACCEPT_QUEUE = 1024;

    /** A connection keeps its buffer while a receive waits; most requests fit into this. */
    private static final int INPUT_BUFFER_BYTES = 4096;

    private final RestSettings settings;
    private final LongPolls longPolls;
    private final LeaderWaits leaderWaits;
    private final ForwardedRequests forwardedRequests;
    private final Server server;
    private final FrontDoor frontDoor;
    private final List<CmqConnector> connectors = new ArrayList<>();

    /**
     * @param queues on the broker that is active on this node by the word of the same leader
     * @param leader who performs the requests that come in here
     * @param clock decides how old a signed request is
     * @param random where the request ids begin
     * @param registry gets the meters, whose names begin with {@code quorummq.cmq}
     */
    public CmqHttpServer(
            RestSettings settings,
            Queues queues,
            Leader leader,
            Credentials credentials,
            InstantSource clock,
            RandomGenerator random,
            MeterRegistry registry) {
        this.settings = settings;
        this.longPolls = new LongPolls(settings.maxLongPolls(), "receives");
        var threads = new QueuedThreadPool(settings.maxThreads(), Math.min(8, settings.maxThreads()));
        threads.setName("cmq-http");
        this.server = new Server(threads);
        var actions = new Actions(queues, settings.advertisedAddresses());
        var answers = new JsonAnswers(random, settings.gatewayErrors());
        var scheduler = server.getScheduler();
        var inFlight = new InFlight();
        this.leaderWaits = new LeaderWaits(leader, settings.maxWaitingRequests(), threads, scheduler);
        var meters = new RequestMeters(registry, actions, longPolls::waiting, leaderWaits::waiting);
        var performer = new Performer(leader, actions, answers);
        this.forwardedRequests = new ForwardedRequests(performer, longPolls, inFlight);
        var resource = new CmqResource(
                actions,
                new Authentication(credentials, clock, settings.timestampWindow()),
                answers,
                meters,
                new Dispatcher(
                        leader, performer, leaderWaits, longPolls, answers, meters, scheduler, settings.leaderWait()));
        this.frontDoor = new FrontDoor(answers, settings, inFlight, scheduler);
        frontDoor.setHandler(servlet(resource));
        server.setHandler(frontDoor);
        server.setErrorHandler(new BareErrors());
    }

    /** Throws {@link EndpointException} when a key store cannot be used; opens nothing. */
    public void check() {
        settings.endpoints().stream().filter(Endpoint::tls).forEach(this::tls);
    }

    /** Listens; throws {@link EndpointException}, and listens nowhere, when one endpoint cannot be opened. */
    public void start() {
        try {
            for (var endpoint : settings.endpoints()) {
                var connector = new CmqConnector(
                        server, endpoint, settings.requestTimeout().toMillis(), protocols(endpoint));
                connector.setIdleTimeout(settings.idleTimeout().toMillis());
                connector.setAcceptQueueSize(ACCEPT_QUEUE);
                connectors.add(connector);
                open(connector);
                server.addConnector(connector);
            }
            var limit = new NetworkConnectionLimit(settings.maxConnections(), server);
            server.addBean(limit);
            server.start();
        } catch (EndpointException refused) {
            connectors.forEach(CmqConnector::close);
            throw refused;
        } catch (Exception e) {
            connectors.forEach(CmqConnector::close);
            throw new IllegalStateException("the HTTP server does not start", e);
        }
        LOG.info("CMQ API at {}", endpoints());
    }

    /** Where it listens, in the order of the settings, with the ports that were really bound. */
    public List<URI> endpoints() {
        return connectors.stream()
                .map(connector -> connector.endpoint().uri(connector.getLocalPort()))
                .toList();
    }

    /**
     * Performs a request that another node has checked and handed to this one because it leads; completes with the JSON
     * of its answer. Fails with {@link io.quorummq.core.queue.NotForwardedException} when nothing was done of it here,
     * as when this node does not lead: it never hands the request on. Cancelling the future says that the caller has
     * gone, which ends a receive that waits.
     */
    public CompletableFuture<byte[]> forwarded(byte[] request) {
        return forwardedRequests.perform(request);
    }

    /**
     * Stops: no new connections, waiting receives are answered "no message", other requests are finished for up to ten
     * seconds.
     */
    @Override
    public void close() {
        connectors.forEach(CmqConnector::close);
        var drained = frontDoor.drain();
        longPolls.end();
        leaderWaits.end();
        try {
            drained.get(DRAIN_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException unfinished) {
            LOG.warn("stopping with requests unfinished after {} s", DRAIN_SECONDS_MAX);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("draining does not fail", impossible);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("the HTTP server did not stop cleanly", e);
        }
    }

    private static ServletContextHandler servlet(CmqResource resource) {
        var jersey = new ResourceConfig()
                .registerResources(resource.model())
                .addProperties(Map.of(
                        CommonProperties.FEATURE_AUTO_DISCOVERY_DISABLE, true,
                        CommonProperties.PROVIDER_DEFAULT_DISABLE, "ALL",
                        // The front door knows the length of what leaves in one write.
                        CommonProperties.OUTBOUND_CONTENT_LENGTH_BUFFER, 0,
                        ServerProperties.WADL_FEATURE_DISABLE, true,
                        ServerProperties.RESOURCE_VALIDATION_DISABLE, true));
        var context = new ServletContextHandler("/", false, false);
        var servlet = new ServletHolder(new ServletContainer(jersey));
        servlet.setAsyncSupported(true);
        servlet.setInitOrder(1);
        context.addServlet(servlet, "/*");
        return context;
    }

    private ConnectionFactory[] protocols(Endpoint endpoint) {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setSendDateHeader(false);
        http.setInputBufferSize(INPUT_BUFFER_BYTES);
        http.setRequestHeaderSize(settings.maxHeaderBytes());
        var http1 = new HttpConnectionFactory(http);
        if (!endpoint.tls()) {
            return new ConnectionFactory[] {http1};
        }
        return new ConnectionFactory[] {new SslConnectionFactory(tls(endpoint), http1.getProtocol()), http1};
    }

    private SslContextFactory.Server tls(Endpoint endpoint) {
        var keyStore = settings.keyStore().map(Path::toString).orElseThrow();
        var tls = new SslContextFactory.Server();
        tls.setKeyStoreType("PKCS12");
        try {
            tls.setKeyStorePath(keyStore);
            tls.setKeyStorePassword(settings.keyStorePassword().orElseThrow());
            tls.start();
        } catch (Exception e) {
            throw new EndpointException(endpoint, "key store " + keyStore + ": " + e.getMessage(), e);
        }
        return tls;
    }

    private static void open(CmqConnector connector) {
        try {
            connector.open();
        } catch (IOException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            var unknown = cause instanceof UnresolvedAddressException;
            var reason = unknown ? "the host name is unknown" : String.valueOf(cause.getMessage());
            throw new EndpointException(connector.endpoint(), reason, e);
        }
    }
}
