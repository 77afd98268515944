/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cluster;

import io.quorummq.replication.identity.ClusterConfiguration;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.NotSentException;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.Peers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks the cluster of an instance: its own node first, then any other that is there. */
public final class ClusterClient {
    private final Map<String, NodeAddress> nodes = new LinkedHashMap<>();
    private final Peers peers;

    private ClusterClient(Map<String, NodeAddress> nodes, Peers peers) {
        this.nodes.putAll(nodes);
        this.peers = peers;
    }

    /**
     * Asks by these calls.
     *
     * @param own where the own node listens now
     */
    public ClusterClient(ClusterConfiguration cluster, NodeAddress own, Peers peers) {
        nodes.put(cluster.self(), own);
        nodes.putAll(cluster.others());
        this.peers = peers;
    }

    /**
     * The answer of this instance's own node, and of no other.
     *
     * @throws ClusterException if it does not answer, or the answer is no
     */
    public <T> T callOwn(ClusterRequest request, Duration limit, Function<byte[], T> reader) {
        var own = nodes.entrySet().iterator().next();
        return new ClusterClient(Map.ofEntries(own), peers).call(request, limit, reader);
    }

    /**
     * The answer of the first node that gives one. What is no question is put to another node only when the one before certainly did
     * nothing.
     *
     * @throws ClusterException if nobody answers, or the answer is no
     */
    public <T> T call(ClusterRequest request, Duration limit, Function<byte[], T> reader) {
        ClusterException refusal = null;
        var absent = new ArrayList<String>();
        for (var node : nodes.entrySet()) {
            var name = node.getKey() + " (" + node.getValue() + ")";
            try {
                var answer = peers.call(node.getValue(), ClusterRequest.SERVICE, request.bytes(), limit)
                        .get();
                return read(name, answer, reader);
            } catch (ExecutionException e) {
                var cause = e.getCause() == null ? e : e.getCause();
                if (cause instanceof PeerRefusal) {
                    refusal = first(refusal, new ClusterException(String.valueOf(cause.getMessage()), true, cause));
                } else if (cause instanceof NotSentException || request.isQuestion()) {
                    absent.add(name + ": " + cause.getMessage());
                } else {
                    throw new ClusterException(
                            name + " did not answer, so nobody can tell whether it was done: see 'quorummq cluster"
                                    + " status' (" + cause.getMessage() + ")",
                            false,
                            cause);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ClusterException("interrupted", false, e);
            }
        }
        if (refusal != null) {
            throw refusal;
        }
        throw new ClusterException(
                "no node of the cluster answers: " + String.join("; ", absent),
                false,
                new IllegalStateException("no answer"));
    }

    private static <T> T read(String name, byte[] answer, Function<byte[], T> reader) {
        try {
            return reader.apply(answer);
        } catch (IllegalArgumentException e) {
            throw new ClusterException(
                    name + " answered what this version does not understand: " + e.getMessage(), false, e);
        }
    }

    private static ClusterException first(@Nullable ClusterException before, ClusterException now) {
        return before == null ? now : before;
    }
}
