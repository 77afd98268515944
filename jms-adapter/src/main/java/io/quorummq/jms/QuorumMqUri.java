/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.jms;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Where to connect: {@code quorummq://host1:port,host2:port?option=value&...}, or {@code quorummqs://} for TLS.
 *
 * <p>Options are those of Qpid JMS and begin with {@code jms.}, {@code amqp.}, {@code transport.} or
 * {@code failover.}; {@code amqp.} and {@code transport.} options count for every host.
 */
record QuorumMqUri(boolean tls, List<String> hosts, Map<String, String> options) {
    private static final String PLAIN = "quorummq://";
    private static final String TLS = "quorummqs://";
    private static final int PLAIN_PORT = 5672;
    private static final int TLS_PORT = 5671;
    private static final String FORM =
            "allowed is quorummq://host1:port,host2:port?option=value&... (quorummqs:// for TLS)";
    private static final List<String> OPTIONS = List.of("jms.", "amqp.", "transport.", "failover.");
    private static final List<String> HOST_OPTIONS = List.of("amqp.", "transport.");

    /**
     * What differs from Qpid's defaults: a connection that was lost is sought again for ever, at most two seconds apart,
     * because a cluster changes its leader within seconds; a first connection is given up after eight rounds over all
     * hosts, some seven seconds, because a wrong host name must not hang the application.
     */
    private static final Map<String, String> DEFAULTS = Map.of(
            "failover.reconnectDelay", "100",
            "failover.maxReconnectDelay", "2000",
            "failover.startupMaxReconnectAttempts", "8");

    QuorumMqUri {
        hosts = List.copyOf(hosts);
        options = new LinkedHashMap<>(options);
    }

    /** Refuses with {@link IllegalArgumentException} what is not of the form, and says which part and why. */
    static QuorumMqUri parse(String uri) {
        var tls = startsWith(uri, TLS);
        if (!tls && !startsWith(uri, PLAIN)) {
            throw refused(uri, "it begins with neither " + PLAIN + " nor " + TLS);
        }
        var rest = uri.substring((tls ? TLS : PLAIN).length());
        var question = rest.indexOf('?');
        var authority = question < 0 ? rest : rest.substring(0, question);
        var query = question < 0 ? "" : rest.substring(question + 1);
        return new QuorumMqUri(tls, hosts(uri, authority, tls ? TLS_PORT : PLAIN_PORT), options(uri, query));
    }

    /** The same for Qpid JMS. */
    String toQpid() {
        var scheme = tls ? "amqps://" : "amqp://";
        var merged = new LinkedHashMap<String, String>();
        new TreeMap<>(DEFAULTS).forEach(merged::put);
        options.forEach((name, value) -> merged.put(forQpid(name), value));
        return "failover:("
                + hosts.stream().map(scheme::concat).collect(Collectors.joining(","))
                + ")?"
                + merged.entrySet().stream()
                        .map(option -> option.getKey() + "=" + option.getValue())
                        .collect(Collectors.joining("&"));
    }

    /** The hosts without the options, which may hold the password of a key store. */
    @Override
    public String toString() {
        return (tls ? TLS : PLAIN) + String.join(",", hosts);
    }

    private static String forQpid(String name) {
        return HOST_OPTIONS.stream().anyMatch(name::startsWith) ? "failover.nested." + name : name;
    }

    private static List<String> hosts(String uri, String authority, int defaultPort) {
        var hosts = new ArrayList<String>();
        for (var part : authority.split(",", -1)) {
            hosts.add(host(uri, part.strip(), defaultPort));
        }
        return hosts;
    }

    private static String host(String uri, String text, int defaultPort) {
        if (text.isEmpty()) {
            throw refused(uri, "a host is missing");
        }
        if (text.indexOf('@') >= 0) {
            throw refused(uri, "secretId and secretKey do not belong into it, give them as user name and password");
        }
        try {
            var parsed = new URI("amqp://" + text).parseServerAuthority();
            if (parsed.getHost() == null
                    || parsed.getFragment() != null
                    || !parsed.getPath().isEmpty()) {
                throw refused(uri, "\"" + text + "\" is not host:port");
            }
            if (parsed.getPort() == 0 || parsed.getPort() > 65_535) {
                throw refused(uri, "port " + parsed.getPort() + " is not within 1 and 65535");
            }
            return parsed.getHost() + ":" + (parsed.getPort() < 0 ? defaultPort : parsed.getPort());
        } catch (URISyntaxException e) {
            throw refused(uri, "\"" + text + "\" is not host:port");
        }
    }

    private static Map<String, String> options(String uri, String query) {
        var options = new LinkedHashMap<String, String>();
        for (var part : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            var equals = part.indexOf('=');
            var name = equals < 0 ? part : part.substring(0, equals);
            if (equals < 0 || OPTIONS.stream().noneMatch(name::startsWith)) {
                throw refused(
                        uri,
                        "option \"" + name
                                + "\" is not name=value with a name that begins with jms., amqp., transport. or failover.");
            }
            if (options.put(name, part.substring(equals + 1)) != null) {
                throw refused(uri, "option \"" + name + "\" appears twice");
            }
        }
        return options;
    }

    private static boolean startsWith(String uri, String scheme) {
        return uri.regionMatches(true, 0, scheme, 0, scheme.length());
    }

    private static IllegalArgumentException refused(String uri, String reason) {
        var question = uri.indexOf('?');
        var shown = question < 0 ? uri : uri.substring(0, question) + "?...";
        return new IllegalArgumentException("connection URI " + shown + " is refused: " + reason + "; " + FORM);
    }
}
