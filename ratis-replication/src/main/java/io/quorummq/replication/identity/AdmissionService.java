/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.identity.Admissions.Answer;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.PeerService;
import java.util.LinkedHashMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Tells a node without an identity whether it may join, and as whom. */
public final class AdmissionService implements PeerService {
    static final String NAME = "admission";

    private static final String CLUSTER = "cluster.id";
    private static final String LABEL = "node.id";
    private static final String ANSWER = "answer";
    private static final String MEMBER = "node.uuid";

    private final UUID clusterId;
    private final Admissions admissions;

    public AdmissionService(UUID clusterId, Admissions admissions) {
        this.clusterId = clusterId;
        this.admissions = admissions;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletableFuture<byte[]> call(byte[] request) {
        try {
            var values = KeyValues.parse("request to be admitted", new String(request, UTF_8));
            var asking = values.uuid(CLUSTER);
            var label = values.label(LABEL);
            values.end();
            if (!asking.equals(clusterId)) {
                return CompletableFuture.failedFuture(new PeerRefusal(
                        "this node belongs to cluster " + clusterId + ", node " + label + " to cluster " + asking));
            }
            return admissions.find(label).thenApply(answer -> text(answer).getBytes(UTF_8));
        } catch (ConfigurationException e) {
            return CompletableFuture.failedFuture(new PeerRefusal(String.valueOf(e.getMessage())));
        }
    }

    static String request(ClusterConfiguration cluster) {
        var values = new LinkedHashMap<String, String>();
        values.put(CLUSTER, cluster.clusterId().toString());
        values.put(LABEL, cluster.self());
        return KeyValues.text("", values);
    }

    static Answer parse(String node, String text) {
        var values = KeyValues.parse("answer of node " + node, text);
        return switch (values.text(ANSWER)) {
            case "open" -> new Answer.Open(values.uuid(MEMBER));
            case "none" -> new Answer.None();
            default -> new Answer.Unknown();
        };
    }

    private static String text(Answer answer) {
        var values = new LinkedHashMap<String, String>();
        if (answer instanceof Answer.Open open) {
            values.put(ANSWER, "open");
            values.put(MEMBER, open.member().toString());
        } else {
            values.put(ANSWER, answer instanceof Answer.None ? "none" : "unknown");
        }
        return KeyValues.text("", values);
    }
}
