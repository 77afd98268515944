/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.identity.NodeLabel;
import io.quorummq.replication.peer.NodeAddress;

/** A node as the command line names it: {@code n1=host} or {@code n1=host:port}. */
public record NodeOption(String label, NodeAddress address) {
    private static final String ALLOWED = "; allowed: ID=HOST or ID=HOST:PORT";

    /**
     * Refuses what is none, naming where it comes from.
     *
     * @param usualPort where none is given
     */
    public static NodeOption of(String source, String text, int usualPort) {
        var equals = text.indexOf('=');
        if (equals < 1) {
            throw new ConfigurationException(source + " " + text + ALLOWED);
        }
        var label = text.substring(0, equals);
        if (!NodeLabel.isAllowed(label)) {
            throw new ConfigurationException(
                    source + " " + text + ": '" + label + "' cannot be a node's id; allowed: " + NodeLabel.ALLOWED);
        }
        return new NodeOption(label, read(source + " " + text, text.substring(equals + 1), usualPort));
    }

    /** {@code host} or {@code host:port}, an IPv6 address in brackets. */
    public static NodeAddress address(String source, String text, int usualPort) {
        return read(source + " " + text, text, usualPort);
    }

    private static NodeAddress read(String argument, String text, int usualPort) {
        try {
            var address = NodeAddress.of(hasPort(text) ? text : text + ":" + usualPort);
            HostName.checked(address.host(), argument);
            return address;
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(argument + ": " + e.getMessage() + "; allowed: HOST or HOST:PORT", e);
        }
    }

    private static boolean hasPort(String text) {
        return text.indexOf(':', Math.max(0, text.indexOf(']'))) >= 0;
    }
}
