/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import io.quorummq.core.ConfigurationException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * Text of {@code key=value} lines, of a file or a request, while it is being read: each key is taken once, and one that nobody took
 * is refused at the end. Refusals are {@link ConfigurationException}s that name the source, the key and the value.
 */
final class KeyValues {
    private static final String VERSION = "version";

    private final String source;
    private final Map<String, String> left;

    private KeyValues(String source, Map<String, String> values) {
        this.source = source;
        this.left = values;
    }

    static KeyValues parse(String source, String text) {
        var values = new LinkedHashMap<String, String>();
        for (var line : text.split("\\R", -1)) {
            var stripped = line.strip();
            if (stripped.isEmpty() || stripped.startsWith("#")) {
                continue;
            }
            var equals = stripped.indexOf('=');
            if (equals < 1) {
                throw new ConfigurationException(
                        source + ": '" + shown(stripped) + "' is not of the form key=value, nor a comment after #");
            }
            var key = stripped.substring(0, equals).strip();
            if (values.put(key, stripped.substring(equals + 1).strip()) != null) {
                throw new ConfigurationException(source + ": " + shown(key) + " stands there twice");
            }
        }
        return new KeyValues(source, values);
    }

    /** The text of these values, under a comment unless that is empty. */
    static String text(String comment, Map<String, String> values) {
        var text = new StringBuilder();
        if (!comment.isEmpty()) {
            text.append("# ").append(comment).append('\n');
        }
        values.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        return text.toString();
    }

    /** What a file of this version begins with. */
    static Map<String, String> ofVersion(int version) {
        var values = new LinkedHashMap<String, String>();
        values.put(VERSION, Integer.toString(version));
        return values;
    }

    /** Refuses what a newer program wrote. */
    KeyValues upToVersion(int known) {
        int version = take(VERSION, "a number from 1 on", Integer::parseInt);
        if (version > known) {
            throw new ConfigurationException(source + " was written by a newer version of QuorumMQ: its format is "
                    + version + ", this program reads up to " + known);
        }
        if (version < 1) {
            throw refused(VERSION, Integer.toString(version), "a number from 1 on");
        }
        return this;
    }

    String text(String key) {
        return take(key, "some text", value -> {
            if (value.isEmpty()) {
                throw new IllegalArgumentException("empty");
            }
            return value;
        });
    }

    String label(String key) {
        return take(key, NodeLabel.ALLOWED, NodeLabel::checked);
    }

    UUID uuid(String key) {
        return take(key, "a uuid", UUID::fromString);
    }

    /** Takes a value that must be there; whatever the function throws of an illegal argument is refused as not allowed. */
    <T> T take(String key, String allowed, Function<String, T> reader) {
        var value = left.remove(key);
        if (value == null) {
            throw new ConfigurationException(source + ": " + key + " is missing; allowed: " + allowed);
        }
        try {
            return reader.apply(value);
        } catch (IllegalArgumentException e) {
            throw refused(key, value, allowed);
        }
    }

    /** Takes all values whose keys are this prefix and a node's label, in their order. */
    <T> Map<String, T> byLabel(String prefix, String allowed, Function<String, T> reader) {
        var result = all(prefix, allowed, reader);
        for (var label : result.keySet()) {
            if (!NodeLabel.isAllowed(label)) {
                throw new ConfigurationException(source + ": " + shown(prefix + label)
                        + " names no node; allowed after " + prefix + ": " + NodeLabel.ALLOWED);
            }
        }
        return result;
    }

    /** Takes all values whose keys begin with this prefix, in their order, by the rest of the key. */
    <T> Map<String, T> all(String prefix, String allowed, Function<String, T> reader) {
        var result = new LinkedHashMap<String, T>();
        for (var key :
                left.keySet().stream().filter(key -> key.startsWith(prefix)).toList()) {
            result.put(key.substring(prefix.length()), take(key, allowed, reader));
        }
        return result;
    }

    /** Refuses what is left. */
    void end() {
        for (var key : left.keySet()) {
            throw new ConfigurationException(source + ": unknown key " + shown(key));
        }
    }

    private ConfigurationException refused(String key, String value, String allowed) {
        return new ConfigurationException(source + ": " + key + "=" + shown(value) + "; allowed: " + allowed);
    }

    /** Text from outside, fit for one line of a message. */
    private static String shown(String text) {
        var printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= 60 ? printable : printable.substring(0, 60) + "…";
    }
}
