/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import java.net.URI;

/** Where the server listens: plain or with TLS, on an address and a port (0: any free one). */
public record Endpoint(boolean tls, String host, int port) {
    /** Refuses what is no port. */
    public Endpoint {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not 0 to 65535");
        }
    }

    /** The endpoint as a client writes it, with the port that was really bound. */
    public URI uri(int boundPort) {
        var literal = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
        return URI.create((tls ? "https" : "http") + "://" + literal + ":" + boundPort);
    }
}
