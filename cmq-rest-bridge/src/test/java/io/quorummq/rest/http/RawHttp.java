/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.Socket;

/** Bytes over a socket, for what no HTTP client would send. */
final class RawHttp {
    private static final int TIMEOUT_MILLIS = 20_000;

    private RawHttp() {}

    static Socket connect(CmqFixture fixture) throws IOException {
        return connect(fixture.server);
    }

    static Socket connect(CmqHttpServer server) throws IOException {
        var endpoint = server.endpoints().get(0);
        var socket = new Socket(endpoint.getHost(), endpoint.getPort());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    /** A request with this Host header; answers all that comes until the server closes. */
    static String exchange(CmqFixture fixture, String method, String host, String path, String form)
            throws IOException {
        var get = "GET".equals(method);
        var head = method + " " + path + (get ? "?" + form : "") + " HTTP/1.1\r\nHost: " + host
                + "\r\nConnection: close\r\n";
        return exchange(fixture, get ? head + "\r\n" : head + "Content-Length: " + form.length() + "\r\n\r\n" + form);
    }

    /** Sends the characters as bytes; answers all that comes until the server closes. */
    static String exchange(CmqFixture fixture, String bytes) throws IOException {
        try (var socket = connect(fixture)) {
            socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    static String body(String response) {
        return response.substring(response.indexOf("\r\n\r\n") + 4);
    }
}
