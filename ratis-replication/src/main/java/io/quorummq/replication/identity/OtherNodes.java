/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.Peers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/** Asks the other nodes all at once while this one starts, and waits for every answer. */
final class OtherNodes {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final Peers peers;

    OtherNodes(Peers peers) {
        this.peers = peers;
    }

    /** What came of asking one node. */
    sealed interface Outcome {
        record Answered(String text) implements Outcome {}

        /** It did nothing and will not do it later. */
        record Refused(String reason) implements Outcome {}

        /** Not there, or too late: to be asked again. */
        record Silent(String reason) implements Outcome {}
    }

    Map<String, Outcome> ask(Map<String, NodeAddress> nodes, String service, Function<String, String> request)
            throws InterruptedException {
        var calls = new LinkedHashMap<String, CompletableFuture<byte[]>>();
        nodes.forEach((label, address) -> calls.put(
                label, peers.call(address, service, request.apply(label).getBytes(UTF_8), LIMIT)));
        var outcomes = new LinkedHashMap<String, Outcome>();
        for (var call : calls.entrySet()) {
            outcomes.put(call.getKey(), outcome(call.getValue()));
        }
        return outcomes;
    }

    private static Outcome outcome(CompletableFuture<byte[]> call) throws InterruptedException {
        try {
            return new Outcome.Answered(new String(call.get(), UTF_8));
        } catch (ExecutionException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            return cause instanceof PeerRefusal
                    ? new Outcome.Refused(String.valueOf(cause.getMessage()))
                    : new Outcome.Silent(String.valueOf(cause.getMessage()));
        }
    }
}
