/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads properties one by one, names the key in every refusal, and remembers which keys there are. */
final class SettingsReader {
    private final Map<String, String> properties;
    private final TreeSet<String> known = new TreeSet<>();

    SettingsReader(Map<String, String> properties) {
        this.properties = properties;
    }

    Optional<String> optional(String key) {
        known.add(key);
        return Optional.ofNullable(properties.get(key)).map(String::strip).filter(value -> !value.isEmpty());
    }

    String text(String key, String otherwise) {
        return optional(key).orElse(otherwise);
    }

    List<String> list(String key) {
        return optional(key).stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
    }

    int integer(String key, int otherwise, int min, int max) {
        var value = optional(key);
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            var number = Long.parseLong(value.get());
            if (number >= min && number <= max) {
                return (int) number;
            }
        } catch (NumberFormatException notANumber) {
            throw refused(key, value.get(), "a whole number from " + min + " to " + max, notANumber);
        }
        throw refused(key, value.get(), "a whole number from " + min + " to " + max, null);
    }

    Duration seconds(String key, int otherwise, int min, int max) {
        return Duration.ofSeconds(integer(key, otherwise, min, max));
    }

    boolean bool(String key, boolean otherwise) {
        var value = optional(key);
        if (value.isEmpty()) {
            return otherwise;
        }
        return switch (value.get()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refused(key, value.get(), "true or false", null);
        };
    }

    /** The plain port, the TLS port if given, and the list of further ones. */
    List<Endpoint> endpoints(String host, int defaultPort) {
        var endpoints = new ArrayList<Endpoint>();
        endpoints.add(new Endpoint(false, host, integer("port", defaultPort, 0, 65_535)));
        if (optional("https-port").isPresent()) {
            endpoints.add(new Endpoint(true, host, integer("https-port", 0, 0, 65_535)));
        }
        for (var text : list("endpoints")) {
            endpoints.add(endpoint(text));
        }
        return endpoints;
    }

    void refuseUnknown() {
        for (var key : properties.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException("unknown property " + key + ", there are: " + known);
            }
        }
    }

    private static Endpoint endpoint(String text) {
        try {
            var uri = URI.create(text.contains("://") ? text : "http://" + text);
            var scheme = uri.getScheme();
            if (uri.getHost() != null
                    && uri.getPort() >= 0
                    && ("http".equals(scheme) || "https".equals(scheme))
                    && uri.getPath().isEmpty()) {
                return new Endpoint("https".equals(scheme), uri.getHost(), uri.getPort());
            }
        } catch (IllegalArgumentException notAnEndpoint) {
            throw refused("endpoints", text, "host:port, http://host:port or https://host:port", notAnEndpoint);
        }
        throw refused("endpoints", text, "host:port, http://host:port or https://host:port", null);
    }

    private static IllegalArgumentException refused(
            String key, String value, String allowed, @Nullable Throwable cause) {
        return new IllegalArgumentException("property " + key + ": " + value + " is not " + allowed, cause);
    }
}
