/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cmqclient;

import java.net.URI;

/** Where the calls go, in the forms a request and its signature need. */
record Endpoint(URI uri, String host, String path) {
    private static final String DEFAULT_PATH = "/v2/index.php";

    /** An address such as {@code http://127.0.0.1:8080}; the path is CMQ's unless the address has one. */
    static Endpoint of(URI uri) {
        var scheme = uri.getScheme();
        var isHttp = "http".equals(scheme) || "https".equals(scheme);
        if (!isHttp || uri.getHost() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "endpoint=" + uri + ", allowed: http://HOST[:PORT] or https://HOST[:PORT]");
        }
        var path = uri.getRawPath();
        return new Endpoint(uri, hostHeader(uri), path == null || path.length() <= 1 ? DEFAULT_PATH : path);
    }

    /** The Host header exactly as it will be sent, since it is signed: without the port where it is the scheme's own. */
    private static String hostHeader(URI uri) {
        int defaultPort = "https".equals(uri.getScheme()) ? 443 : 80;
        return uri.getPort() == -1 || uri.getPort() == defaultPort
                ? uri.getHost()
                : uri.getHost() + ":" + uri.getPort();
    }

    int port() {
        if (uri.getPort() != -1) {
            return uri.getPort();
        }
        return "https".equals(uri.getScheme()) ? 443 : 80;
    }
}
