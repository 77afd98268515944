/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.peer;

/** Where a node listens for the others: a host name or address, IPv6 without brackets, and a port from 1 to 65535. */
public record NodeAddress(String host, int port) {
    /** The port between nodes where none is named. */
    public static final int USUAL_PORT = 7400;

    public NodeAddress {
        if (host.isBlank()) {
            throw new IllegalArgumentException("the host of a node is empty");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " of node " + host + "; allowed: 1 to 65535");
        }
    }

    /** Reads {@code host}, {@code host:port}, {@code [ipv6]} or {@code [ipv6]:port}. */
    public static NodeAddress of(String text) {
        var bracket = text.indexOf(']');
        var colon = text.indexOf(':', Math.max(0, bracket));
        var host = colon < 0 ? text : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return new NodeAddress(host, colon < 0 ? USUAL_PORT : port(text, text.substring(colon + 1)));
    }

    private static int port(String address, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "port '" + text + "' of node address '" + address + "'; allowed: 1 to 65535", e);
        }
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
