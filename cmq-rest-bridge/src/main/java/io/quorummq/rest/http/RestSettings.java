/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.quorummq.core.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the CMQ HTTP API is served.
 *
 * @param endpoints where it listens
 * @param keyStore PKCS12 file with the certificate of the TLS endpoints
 * @param advertisedAddresses what QueryQueueRoute answers, host:port each; empty: the Host of each request
 * @param maxConnections more connections than this wait to be accepted
 * @param maxLongPolls more waiting receives than this are refused
 * @param maxWaitingRequests more requests than this that wait for somebody to lead are refused
 * @param maxThreads threads that work on requests; none waits for a message
 * @param maxHeaderBytes most bytes of a request's line and headers, a GET's parameters included
 * @param maxRequestBytes most bytes of a request's body
 * @param maxBodyMemoryBytes most bytes of all request bodies that are held at once
 * @param idleTimeout how long a connection may rest within or between requests; longer than the longest poll
 * @param requestTimeout how long the body of a request may take to come in, and a megabyte of answer to go out
 * @param timestampWindow how far a request's Timestamp may be from our clock
 * @param leaderWait how long a request waits for somebody to lead; a receive waits for its polling time
 * @param gatewayErrors whether refusals look as behind Tencent's API gateway: code 4000, the real one in the text
 * @param limits CMQ's bounds
 */
public record RestSettings(
        List<Endpoint> endpoints,
        Optional<Path> keyStore,
        Optional<String> keyStorePassword,
        List<String> advertisedAddresses,
        int maxConnections,
        int maxLongPolls,
        int maxWaitingRequests,
        int maxThreads,
        int maxHeaderBytes,
        int maxRequestBytes,
        long maxBodyMemoryBytes,
        Duration idleTimeout,
        Duration requestTimeout,
        Duration timestampWindow,
        Duration leaderWait,
        boolean gatewayErrors,
        Limits limits) {
    /** Copies the lists, and refuses a TLS endpoint without a key store. */
    public RestSettings {
        endpoints = List.copyOf(endpoints);
        advertisedAddresses = List.copyOf(advertisedAddresses);
        if (endpoints.stream().anyMatch(Endpoint::tls) && (keyStore.isEmpty() || keyStorePassword.isEmpty())) {
            throw new IllegalArgumentException("an HTTPS endpoint needs key-store and key-store-password");
        }
    }

    /** The settings of these lower-case-with-dashes properties, defaults for the rest; refuses unknown keys. */
    public static RestSettings of(Map<String, String> properties) {
        var read = new SettingsReader(properties);
        var host = read.text("host", "127.0.0.1");
        var defaults = Limits.DEFAULT;
        var settings = new RestSettings(
                read.endpoints(host, 8080),
                read.optional("key-store").map(Path::of),
                read.optional("key-store-password"),
                read.list("advertised-addresses"),
                read.integer("max-connections", 30_000, 1, 1_000_000),
                read.integer("max-long-polls", 20_000, 1, 1_000_000),
                read.integer("max-waiting-requests", 10_000, 1, 1_000_000),
                read.integer("max-threads", 64, 8, 1000),
                read.integer("max-header-bytes", 65_536, 1024, 1 << 20),
                read.integer("max-request-bytes", 1 << 20, 1024, 1 << 26),
                read.integer("max-body-memory-bytes", 1 << 26, 1 << 20, Integer.MAX_VALUE),
                read.seconds("idle-timeout-seconds", 60, 40, 3600),
                read.seconds("request-timeout-seconds", 30, 1, 3600),
                read.seconds("timestamp-window-seconds", 7200, 1, 100_000_000),
                read.seconds("leader-wait-seconds", 8, 0, 30),
                read.bool("gateway-errors", false),
                new Limits(
                        read.integer("max-queues", defaults.queues(), 1, 100_000),
                        defaults.batchMessages(),
                        defaults.batchBytes(),
                        read.integer(
                                "max-message-bytes",
                                defaults.messageBytes(),
                                Limits.MESSAGE_BYTES_MIN,
                                defaults.messageBytes()),
                        read.seconds("max-delay-seconds", (int) defaults.delay().toSeconds(), 0, Integer.MAX_VALUE),
                        defaults.deadLetterSources(),
                        read.bool("strict-names", defaults.strictNames())));
        read.refuseUnknown();
        return settings;
    }
}
