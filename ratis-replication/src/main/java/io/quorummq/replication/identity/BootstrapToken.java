/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import io.quorummq.core.ConfigurationException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * The right to take part in a cluster's first beginning, made with the instance and used up by its first start. A node that has
 * lost its data has no token any more.
 */
public record BootstrapToken(UUID clusterId, String label, Map<String, UUID> members) {
    private static final int VERSION = 1;
    private static final String CLUSTER = "cluster.id";
    private static final String LABEL = "node.id";
    private static final String MEMBER = "member.";
    private static final String COMMENT =
            "For the first start only, which deletes it. Never copy it into a data directory that was in use.";

    /** Copies the map; refuses a label that is not among the members. */
    public BootstrapToken {
        members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        if (!members.containsKey(label)) {
            throw new IllegalArgumentException(LABEL + "=" + label + ", but there is no " + MEMBER + label
                    + "; allowed: one of " + String.join(", ", members.keySet()));
        }
        if (members.values().stream().distinct().count() != members.size()) {
            throw new IllegalArgumentException("two members have one uuid: " + members);
        }
    }

    /** The uuid that this node is going to vote by. */
    public UUID member() {
        return Objects.requireNonNull(members.get(label), "checked when made");
    }

    static BootstrapToken parse(String source, String text) {
        var values = KeyValues.parse(source, text).upToVersion(VERSION);
        var clusterId = values.uuid(CLUSTER);
        var label = values.label(LABEL);
        var members = values.byLabel(MEMBER, "a uuid", UUID::fromString);
        values.end();
        try {
            return new BootstrapToken(clusterId, label, members);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(source + ": " + e.getMessage(), e);
        }
    }

    String text() {
        var values = KeyValues.ofVersion(VERSION);
        values.put(CLUSTER, clusterId.toString());
        values.put(LABEL, label);
        members.forEach((name, uuid) -> values.put(MEMBER + name, uuid.toString()));
        return KeyValues.text(COMMENT, values);
    }
}
