/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.identity.ClusterConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What the command line and the environment say against the defaults in {@code broker.xml}: later ones win of the port
 * offset, the environment ({@code QUORUMMQ_CMQ_PORT} is {@code quorummq.cmq.port}), the port options, and {@code -D}.
 */
public record Overrides(
        int portOffset, Map<String, String> environment, Map<Port, Integer> ports, Map<String, String> properties) {
    private static final String PREFIX = "QUORUMMQ_";
    /** Variables that mean something else; secrets must not become system properties. */
    private static final Set<String> OTHERS = Set.of(
            "QUORUMMQ_SECRET_ID",
            "QUORUMMQ_SECRET_KEY",
            "QUORUMMQ_HOME",
            "QUORUMMQ_INSTALLATION",
            "QUORUMMQ_JAVA_OPTS",
            "QUORUMMQ_DEBUG");

    /** Copies the maps. */
    public Overrides {
        environment = Map.copyOf(environment);
        ports = Map.copyOf(ports);
        properties = Map.copyOf(properties);
    }

    /** The system properties to set before this home's {@code broker.xml} is read. */
    public Map<String, String> systemProperties(Home home) {
        var result = new HashMap<String, String>();
        if (portOffset != 0) {
            defaults(home)
                    .forEach((port, number) -> result.put(
                            port.property(), Integer.toString(PortPlaceholders.moved(port, number, portOffset))));
        }
        environment.forEach((name, value) -> {
            if (name.startsWith(PREFIX) && !OTHERS.contains(name)) {
                result.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value);
            }
        });
        ports.forEach((port, number) ->
                result.put(port.property(), Integer.toString(PortPlaceholders.checked(port, number, port.option()))));
        result.putAll(properties);
        return result;
    }

    private static Map<Port, Integer> defaults(Home home) {
        var defaults = PortPlaceholders.of(read(home)).defaults();
        var cluster = ClusterConfiguration.read(home.cluster());
        if (cluster.others().isEmpty()) {
            defaults.put(Port.RAFT, cluster.own().port());
        } else {
            // the other nodes look for this one where their files say, so it cannot move by itself
            defaults.remove(Port.RAFT);
        }
        return defaults;
    }

    private static String read(Home home) {
        try {
            return Files.readString(home.brokerXml(), UTF_8);
        } catch (IOException e) {
            throw new ConfigurationException("cannot read " + home.brokerXml() + ": " + e, e);
        }
    }
}
