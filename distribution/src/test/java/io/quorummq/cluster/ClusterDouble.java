/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cluster;

import io.quorummq.config.Home;
import io.quorummq.replication.identity.ClusterConfiguration;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.NotSentException;
import io.quorummq.replication.peer.Peers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Nodes that answer as a test says, and remember what they were asked. */
public final class ClusterDouble implements ClusterDoor, Peers {
    private final Map<NodeAddress, Node> nodes = new HashMap<>();
    private final List<ClusterRequest> requests = new ArrayList<>();

    /** Answers a request; fails with what the caller is to see. */
    @FunctionalInterface
    public interface Node {
        byte[] answer(ClusterRequest request) throws Exception;
    }

    /** A node that is there from now on. */
    public ClusterDouble at(NodeAddress address, Node node) {
        nodes.put(address, node);
        return this;
    }

    /** All requests that reached a node, in order. */
    public List<ClusterRequest> requests() {
        return requests;
    }

    @Override
    public CompletableFuture<byte[]> call(NodeAddress address, String service, byte[] request, Duration limit) {
        var node = nodes.get(address);
        if (node == null) {
            return CompletableFuture.failedFuture(
                    new NotSentException(address + " is not there", new IOException("connection refused")));
        }
        var asked = ClusterRequest.parse(request);
        requests.add(asked);
        try {
            return CompletableFuture.completedFuture(node.answer(asked));
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public Session open(Home home) {
        var cluster = ClusterConfiguration.read(home.cluster());
        return new DoubleSession(new ClusterClient(cluster, cluster.own(), this), cluster);
    }

    private record DoubleSession(ClusterClient client, ClusterConfiguration cluster) implements Session {
        @Override
        public void close() {}
    }
}
