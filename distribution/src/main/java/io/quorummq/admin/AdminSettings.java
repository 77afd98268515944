/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.admin;

import io.quorummq.core.ConfigurationException;
import java.util.Map;
import java.util.Set;

/** Where health and metrics are served; the properties of {@link AdminPlugin}. */
public record AdminSettings(String host, int port) {
    /** What holds where {@code broker.xml} says nothing. */
    public static final AdminSettings DEFAULT = new AdminSettings("127.0.0.1", 9090);

    private static final int PORT_MAX = 65535;
    private static final Set<String> KEYS = Set.of("host", "port");

    /** The settings that these properties spell; refuses unknown keys and what is no port. */
    public static AdminSettings of(Map<String, String> properties) {
        for (var key : properties.keySet()) {
            if (!KEYS.contains(key)) {
                throw new ConfigurationException("unknown property '" + key + "' of " + AdminPlugin.class.getName()
                        + "; allowed: " + KEYS.stream().sorted().toList());
            }
        }
        return new AdminSettings(
                properties.getOrDefault("host", DEFAULT.host).trim(),
                port(properties.getOrDefault("port", Integer.toString(DEFAULT.port))));
    }

    private static int port(String text) {
        try {
            var port = Integer.parseInt(text.trim());
            if (port >= 1 && port <= PORT_MAX) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new ConfigurationException(refusal(text), e);
        }
        throw new ConfigurationException(refusal(text));
    }

    private static String refusal(String text) {
        return "property 'port' of " + AdminPlugin.class.getName() + " is '" + text + "'; allowed: 1 to " + PORT_MAX;
    }
}
