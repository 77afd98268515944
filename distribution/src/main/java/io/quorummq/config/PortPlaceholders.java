/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import io.quorummq.core.ConfigurationException;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The places of a {@code broker.xml} that take a port from a system property, as {@code ${quorummq.cmq.port:8080}}. */
final class PortPlaceholders {
    private static final int PORT_MAX = 65535;

    private final String text;

    private PortPlaceholders(String text) {
        this.text = text;
    }

    static PortPlaceholders of(String text) {
        return new PortPlaceholders(text);
    }

    /** The ports that hold when no property is set. */
    Map<Port, Integer> defaults() {
        var defaults = new EnumMap<Port, Integer>(Port.class);
        for (var port : Port.values()) {
            var found = placeholder(port).matcher(text);
            defaults.put(port, found.find() ? number(port, found.toMatchResult()) : port.usual());
        }
        return defaults;
    }

    /** The text with every default this much higher. */
    String movedBy(int offset) {
        var moved = text;
        for (var port : Port.values()) {
            moved = placeholder(port)
                    .matcher(moved)
                    .replaceAll(
                            found -> "\\${" + port.property() + ":" + moved(port, number(port, found), offset) + "}");
        }
        return moved;
    }

    /** Refuses what is no port. */
    static int moved(Port port, int number, int offset) {
        return checked(port, (long) number + offset, "--port-offset " + offset);
    }

    static int checked(Port port, long number, String source) {
        if (number < 1 || number > PORT_MAX) {
            throw new ConfigurationException(
                    source + " makes the " + port.title() + " port " + number + "; allowed: 1 to " + PORT_MAX);
        }
        return (int) number;
    }

    private static int number(Port port, MatchResult found) {
        return checked(port, Long.parseLong(found.group(1)), "${" + port.property() + "} in broker.xml");
    }

    private static Pattern placeholder(Port port) {
        return Pattern.compile("\\$\\{" + Pattern.quote(port.property()) + ":(\\d{1,9})\\}");
    }
}
