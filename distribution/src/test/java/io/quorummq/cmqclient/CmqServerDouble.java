/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cmqclient;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.HttpSignature;
import io.quorummq.core.credential.SignedRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** An HTTP server that refuses what is not signed as CMQ demands and answers the rest as a test says. */
public final class CmqServerDouble implements AutoCloseable {
    /** The credential whose signature the double accepts. */
    public static final Credential CREDENTIAL = new Credential("AKIDtest0123456789", "secretKeyForTests");

    static {
        // The server writes head and body apart: with Nagle's algorithm every answer would take 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Function<Map<String, String>, String> answers;
    private final List<Map<String, String>> calls = new CopyOnWriteArrayList<>();
    private final HttpSignature signature = new HttpSignature();
    private volatile int status = 200;

    /** Answers each call, given its decoded parameters, with a JSON text. */
    public CmqServerDouble(Function<Map<String, String>, String> answers) {
        this.answers = answers;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    /** Always the same answer. */
    public static CmqServerDouble answering(String json) {
        return new CmqServerDouble(call -> json);
    }

    /** Where it listens. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** The parameters of every call so far, in order. */
    public List<Map<String, String>> calls() {
        return calls;
    }

    /** The parameters of the call that came last. */
    public Map<String, String> lastCall() {
        return calls.get(calls.size() - 1);
    }

    void answersStatus(int newStatus) {
        status = newStatus;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var call = decoded(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            var host = exchange.getRequestHeaders().getFirst("Host");
            var path = exchange.getRequestURI().getRawPath();
            var request = new SignedRequest(exchange.getRequestMethod(), host, call);
            calls.add(call);
            var answer = signature.verify(CREDENTIAL, request, List.of(path))
                    ? answers.apply(call)
                    : "{\"code\":4100,\"message\":\"(10030)authentication failed\",\"requestId\":\"1\"}";
            var bytes = answer.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static Map<String, String> decoded(String form) {
        var parameters = new TreeMap<String, String>();
        for (var pair : form.split("&", -1)) {
            int equals = pair.indexOf('=');
            parameters.put(
                    URLDecoder.decode(pair.substring(0, equals), UTF_8),
                    URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
        return parameters;
    }
}
