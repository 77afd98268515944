/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Serves {@code /health/live}, {@code /health/ready}, {@code /health/leader} and {@code /metrics} over plain HTTP and
 * without a login, by a handful of threads of its own, so that it answers when everything else is busy.
 */
public final class AdminServer implements AutoCloseable {
    private static final int THREADS_MAX = 6;
    private static final int THREADS_MIN = 2;
    private static final int IDLE_MILLIS_MAX = 30_000;
    private static final int HEADER_BYTES_MAX = 8 << 10;
    private static final int WAITING_CONNECTIONS_MAX = 64;
    private static final String JSON = "application/json";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final AdminSettings settings;
    private final Server server;

    /** Not yet listening; the supplier gives Prometheus' text format. */
    public AdminServer(AdminSettings settings, Health health, Supplier<String> metrics) {
        this.settings = settings;
        var threads = new QueuedThreadPool(THREADS_MAX, THREADS_MIN);
        threads.setName("admin");
        threads.setReservedThreads(0);
        server = new Server(threads);
        server.setHandler(new Pages(health, metrics));
        server.addConnector(connector(settings));
    }

    private ServerConnector connector(AdminSettings settings) {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(HEADER_BYTES_MAX);
        var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(IDLE_MILLIS_MAX);
        connector.setAcceptQueueSize(WAITING_CONNECTIONS_MAX);
        return connector;
    }

    /** Listens from now on. */
    public void start() throws Exception {
        server.start();
    }

    /** Where it listens. */
    public URI endpoint() {
        var host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
        return URI.create("http://" + host + ":" + settings.port());
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the admin server did not stop: " + e.getMessage(), e);
        }
    }

    /** What stands at which path. */
    private static final class Pages extends Handler.Abstract {
        private final Health health;
        private final Supplier<String> metrics;

        Pages(Health health, Supplier<String> metrics) {
            this.health = health;
            this.metrics = metrics;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            if (!HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod())) {
                response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
                answer(response, callback, HttpStatus.METHOD_NOT_ALLOWED_405, JSON, "{\"error\":\"only GET\"}");
                return true;
            }
            switch (Request.getPathInContext(request)) {
                case "/health/live" -> health(response, callback, true, "alive");
                case "/health/ready" -> health(response, callback, health.isReady(), "ready");
                case "/health/leader" -> health(response, callback, health.isLeader(), "leader");
                case "/metrics" -> answer(response, callback, HttpStatus.OK_200, PROMETHEUS, metrics.get());
                default ->
                    answer(
                            response,
                            callback,
                            HttpStatus.NOT_FOUND_404,
                            JSON,
                            "{\"error\":\"no such page\",\"pages\":"
                                    + "[\"/health/live\",\"/health/ready\",\"/health/leader\",\"/metrics\"]}");
            }
            return true;
        }

        private static void health(Response response, Callback callback, boolean isSo, String name) {
            answer(
                    response,
                    callback,
                    isSo ? HttpStatus.OK_200 : HttpStatus.SERVICE_UNAVAILABLE_503,
                    JSON,
                    "{\"" + name + "\":" + isSo + "}");
        }

        private static void answer(Response response, Callback callback, int status, String type, String text) {
            response.setStatus(status);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, text.getBytes(UTF_8).length);
            Content.Sink.write(response, true, text, callback);
        }
    }
}
