/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.identity.ClusterConfiguration;
import io.quorummq.replication.identity.NodeLabel;
import io.quorummq.replication.peer.NodeAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A cluster that is to be made: where each of its nodes will be, and whether they show each other certificates. */
public record ClusterPlan(Map<String, PlannedNode> nodes, boolean isTls) {
    private static final String LOOPBACK = "127.0.0.1";

    /** Where a node listens for the others, and by how much its other ports differ from the usual ones. */
    public record PlannedNode(NodeAddress address, int portOffset) {}

    /** Copies the map; refuses nodes that could not reach each other. Certificates are made off loopback in any case. */
    public ClusterPlan {
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
        var addresses = new LinkedHashMap<NodeAddress, String>();
        nodes.forEach((label, node) -> {
            var other = addresses.put(node.address(), label);
            if (other != null) {
                throw new ConfigurationException("nodes " + other + " and " + label + " are both at " + node.address()
                        + "; allowed: one node at an address");
            }
        });
        requireReachable(addresses);
        isTls = isTls || addresses.keySet().stream().anyMatch(address -> !isLoopback(address));
    }

    /** One node, for this machine. */
    public static ClusterPlan ofOne(int raftPort, int portOffset, boolean isTls) {
        return onThisMachine(1, raftPort, portOffset, isTls);
    }

    /** Nodes n1, n2 and so on, all on this machine, the ports of each one higher than those of the one before. */
    public static ClusterPlan onThisMachine(int count, int raftPort, int portOffset, boolean isTls) {
        if (count < 1 || count > ClusterConfiguration.NODES_MAX) {
            throw new ConfigurationException("--nodes " + count + "; allowed: 1 to " + ClusterConfiguration.NODES_MAX);
        }
        var nodes = new LinkedHashMap<String, PlannedNode>();
        for (int i = 0; i < count; i++) {
            var address = new NodeAddress(LOOPBACK, PortPlaceholders.moved(Port.RAFT, raftPort, portOffset + i));
            nodes.put("n" + (i + 1), new PlannedNode(address, portOffset + i));
        }
        return new ClusterPlan(nodes, isTls);
    }

    /**
     * Nodes on machines of their own.
     *
     * @param texts {@code ID=HOST} or {@code ID=HOST:PORT} each
     */
    public static ClusterPlan onMachines(List<String> texts, int raftPort, int portOffset, boolean isTls) {
        if (texts.size() > ClusterConfiguration.NODES_MAX) {
            throw new ConfigurationException(
                    texts.size() + " times --node; allowed: 1 to " + ClusterConfiguration.NODES_MAX);
        }
        var nodes = new LinkedHashMap<String, PlannedNode>();
        for (var text : texts) {
            var node = NodeOption.of("--node", text, PortPlaceholders.moved(Port.RAFT, raftPort, portOffset));
            if (nodes.put(node.label(), new PlannedNode(node.address(), portOffset)) != null) {
                throw new ConfigurationException("--node " + text + ": there are two nodes " + node.label());
            }
        }
        return new ClusterPlan(nodes, isTls);
    }

    static boolean isLoopback(NodeAddress address) {
        return new HostName(address.host()).isLoopback();
    }

    /** A node on loopback is there for those on its own machine only. */
    static void requireReachable(Map<NodeAddress, String> nodes) {
        var onLoopback = nodes.keySet().stream().filter(ClusterPlan::isLoopback).findFirst();
        var elsewhere =
                nodes.keySet().stream().filter(address -> !isLoopback(address)).findFirst();
        if (onLoopback.isPresent() && elsewhere.isPresent()) {
            throw new ConfigurationException("node " + nodes.get(onLoopback.get()) + " at " + onLoopback.get()
                    + " cannot be reached by node " + nodes.get(elsewhere.get()) + " at " + elsewhere.get()
                    + "; allowed: all nodes on loopback, or none");
        }
    }

    Map<String, NodeAddress> addresses() {
        var addresses = new LinkedHashMap<String, NodeAddress>();
        nodes.forEach((label, node) -> addresses.put(NodeLabel.checked(label), node.address()));
        return addresses;
    }
}
