/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.peer.NodeAddress;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * What an instance is told of its cluster by {@code etc/cluster.properties}: which cluster, who this node is, and where all nodes
 * listen for each other, in the order of the file.
 */
public record ClusterConfiguration(UUID clusterId, String self, Map<String, NodeAddress> nodes) {
    /** More voters make nothing safer and every write slower. */
    public static final int NODES_MAX = 9;

    private static final int VERSION = 1;
    private static final String CLUSTER = "cluster.id";
    private static final String SELF = "node.id";
    private static final String NODE = "node.";
    private static final String COMMENT =
            "The cluster of this node: node.id is the node itself, node.<id> where each listens for the others.";

    /** Copies the map; refuses a cluster without this node, or with two nodes at one address. */
    public ClusterConfiguration {
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
        NodeLabel.checked(self);
        if (!nodes.containsKey(self)) {
            throw new IllegalArgumentException(SELF + "=" + self + ", but there is no " + NODE + self
                    + "; allowed: one of " + String.join(", ", nodes.keySet()));
        }
        if (nodes.size() > NODES_MAX) {
            throw new IllegalArgumentException(nodes.size() + " nodes; allowed: 1 to " + NODES_MAX);
        }
        var labels = new LinkedHashMap<NodeAddress, String>();
        nodes.forEach((label, address) -> {
            var other = labels.put(address, NodeLabel.checked(label));
            if (other != null) {
                throw new IllegalArgumentException(NODE + other + " and " + NODE + label + " are both " + address
                        + "; allowed: one node at an address");
            }
        });
    }

    /** Refuses a file that is missing or not as it must be. */
    public static ClusterConfiguration read(Path file) {
        var text = new DurableFile(file)
                .read()
                .orElseThrow(() -> new ConfigurationException(
                        file + " is missing: restore it, or copy another node's and change " + SELF));
        var values = KeyValues.parse(file.toString(), text).upToVersion(VERSION);
        var clusterId = values.uuid(CLUSTER);
        var self = values.label(SELF);
        var nodes = values.byLabel(NODE, "HOST:PORT with a port from 1 to 65535", NodeAddress::of);
        values.end();
        try {
            return new ClusterConfiguration(clusterId, self, nodes);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(file + ": " + e.getMessage(), e);
        }
    }

    /** On the disk when it returns. */
    public void write(Path file) {
        var values = KeyValues.ofVersion(VERSION);
        values.put(CLUSTER, clusterId.toString());
        values.put(SELF, self);
        nodes.forEach((label, address) -> values.put(NODE + label, address.toString()));
        new DurableFile(file).write(KeyValues.text(COMMENT, values));
    }

    /** Where this node listens. */
    public NodeAddress own() {
        return address(self);
    }

    /** Refuses a node that is not in the file. */
    public NodeAddress address(String label) {
        var address = nodes.get(label);
        if (address == null) {
            throw new IllegalArgumentException(
                    "there is no node " + label + "; allowed: one of " + String.join(", ", nodes.keySet()));
        }
        return address;
    }

    /** All nodes but this one. */
    public Map<String, NodeAddress> others() {
        var others = new LinkedHashMap<>(nodes);
        others.remove(self);
        return others;
    }

    /** The same cluster as another of its nodes is told of it. */
    public ClusterConfiguration of(String label) {
        return new ClusterConfiguration(clusterId, label, nodes);
    }

    /** With a node more, or with another address of one. */
    public ClusterConfiguration with(String label, NodeAddress address) {
        var changed = new LinkedHashMap<>(nodes);
        changed.put(label, address);
        return new ClusterConfiguration(clusterId, self, changed);
    }

    /** With a node less; this node itself stays. */
    public ClusterConfiguration without(String label) {
        var changed = new LinkedHashMap<>(nodes);
        changed.remove(label);
        return new ClusterConfiguration(clusterId, self, changed);
    }
}
