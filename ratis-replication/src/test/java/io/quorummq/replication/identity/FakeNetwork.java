/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.NotSentException;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.PeerService;
import io.quorummq.replication.peer.Peers;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Nodes that call each other within this process; each can be down, or do what it is told and not say so. */
final class FakeNetwork implements Peers {
    private final Map<NodeAddress, Map<String, PeerService>> nodes = new HashMap<>();
    private final Set<NodeAddress> mute = new HashSet<>();

    void up(NodeAddress address, PeerService... services) {
        var byName = new HashMap<String, PeerService>();
        for (var service : services) {
            byName.put(service.name(), service);
        }
        nodes.put(address, byName);
        mute.remove(address);
    }

    void down(NodeAddress address) {
        nodes.remove(address);
    }

    /** Does what is asked, but its answers are lost. */
    void mute(NodeAddress address) {
        mute.add(address);
    }

    @Override
    public CompletableFuture<byte[]> call(NodeAddress node, String service, byte[] request, Duration limit) {
        var services = nodes.get(node);
        if (services == null) {
            return CompletableFuture.failedFuture(
                    new NotSentException(node + " is not there", new IOException("connection refused")));
        }
        var found = services.get(service);
        if (found == null) {
            return CompletableFuture.failedFuture(new PeerRefusal("there is no service " + service));
        }
        var answer = found.call(request);
        return mute.contains(node)
                ? answer.thenCompose(lost -> CompletableFuture.failedFuture(new IOException("no answer in time")))
                : answer;
    }
}
