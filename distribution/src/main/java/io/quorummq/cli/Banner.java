/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.config.Home;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.HttpSignature;
import io.quorummq.core.credential.SignedRequest;
import io.quorummq.node.Node;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** What a newly started node tells the person who started it: where it is, how to log in, and a first request. */
final class Banner {
    private static final String PATH = "/v2/index.php";

    private final Node node;
    private final Home home;
    private final InstantSource clock;
    private final RandomGenerator random;

    Banner(Node node, Home home, InstantSource clock, RandomGenerator random) {
        this.node = node;
        this.home = home;
        this.clock = clock;
        this.random = random;
    }

    void print(PrintWriter out) {
        out.println("QuorumMQ " + Version.text() + ", home " + home.directory());
        for (var endpoint : node.cmqEndpoints()) {
            out.println("  CMQ HTTP   " + endpoint);
        }
        for (var acceptor : node.acceptors()) {
            out.printf("  %-9s  tcp://%s:%d%n", acceptor.name(), acceptor.host(), acceptor.port());
        }
        out.println("  admin      " + node.adminEndpoint());
        var credentials = node.credentials();
        credentials.stream()
                .filter(Credential::canSign)
                .findFirst()
                .or(() -> credentials.stream().findFirst())
                .ifPresentOrElse(
                        credential -> printCredential(out, credential),
                        () -> out.println("  no credential: add" + " one by 'quorummq credential add --home "
                                + home.directory() + "'"));
    }

    private void printCredential(PrintWriter out, Credential credential) {
        out.println("  secretId   " + credential.secretId());
        out.println("  secretKey  " + credential.secretKey());
        if (credential.canSign()) {
            out.println("Try (good for two hours):");
            out.println("  curl '" + signedListQueue(node.cmqEndpoints().get(0), credential) + "'");
        } else {
            out.println("This credential cannot sign HTTP requests: only ids that begin with AKID can.");
        }
    }

    /** A request that changes nothing and works at any time, signed for the host and port that curl will send. */
    private String signedListQueue(URI endpoint, Credential credential) {
        var host = isAnyAddress(endpoint.getHost()) ? "127.0.0.1" : endpoint.getHost();
        var authority = host + ":" + endpoint.getPort();
        var parameters = new TreeMap<String, String>();
        parameters.put("Action", "ListQueue");
        parameters.put("Nonce", Integer.toString(random.nextInt(1, Integer.MAX_VALUE)));
        parameters.put("SecretId", credential.secretId());
        parameters.put("SignatureMethod", "HmacSHA256");
        parameters.put("Timestamp", Long.toString(clock.instant().getEpochSecond()));
        var signature = new HttpSignature().sign(credential, new SignedRequest("GET", authority, parameters), PATH);
        parameters.put("Signature", signature);
        return endpoint.getScheme() + "://" + authority + PATH + "?" + query(parameters);
    }

    private static boolean isAnyAddress(String host) {
        return "0.0.0.0".equals(host) || "[::]".equals(host);
    }

    private static String query(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + URLEncoder.encode(parameter.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }
}
