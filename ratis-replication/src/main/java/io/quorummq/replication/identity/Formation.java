/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.identity.IdentityFiles.Forming;
import io.quorummq.replication.identity.OtherNodes.Outcome;
import io.quorummq.replication.peer.NodeAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a node's token into its identity, once in the life of a member: every other node must have it on its disk by which nonce,
 * before this one has an identity by which it could vote. A second life of the same member would come with another nonce, and be
 * refused by every node that has kept its data.
 */
final class Formation {
    static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Formation.class);

    private final ClusterConfiguration cluster;
    private final IdentityFiles files;
    private final OtherNodes others;
    private final Pause pause;
    private final RandomGenerator random;

    Formation(
            ClusterConfiguration cluster, IdentityFiles files, OtherNodes others, Pause pause, RandomGenerator random) {
        this.cluster = cluster;
        this.files = files;
        this.others = others;
        this.pause = pause;
        this.random = random;
    }

    /** Waits until every other node has agreed; refuses when one does not. */
    MemberIdentity form(BootstrapToken token) throws InterruptedException {
        check(token);
        var nonce = nonce(token.member());
        agreeWithAll(token, nonce);
        var identity = MemberIdentity.formedBy(token);
        files.write(identity);
        files.dropToken();
        LOG.info("Formed as member {} ({}) of cluster {}", token.label(), token.member(), token.clusterId());
        return identity;
    }

    private void check(BootstrapToken token) {
        if (!token.clusterId().equals(cluster.clusterId())) {
            throw new ConfigurationException(files.tokenPath() + " is of cluster " + token.clusterId()
                    + ", etc/cluster.properties of cluster " + cluster.clusterId());
        }
        if (!token.label().equals(cluster.self())) {
            throw new ConfigurationException(files.tokenPath() + " is for node " + token.label()
                    + ", etc/cluster.properties for node " + cluster.self());
        }
        for (var label : token.members().keySet()) {
            if (!cluster.nodes().containsKey(label)) {
                throw new ConfigurationException(files.tokenPath() + " names a member " + label
                        + ", but there is no node." + label + " in etc/cluster.properties");
            }
        }
    }

    /** The same after a crash as before: whoever has agreed already agrees again. */
    private UUID nonce(UUID member) {
        var before = files.forming();
        if (before.isPresent()) {
            if (!before.get().member().equals(member)) {
                throw new ConfigurationException(files.data() + " was being formed as member "
                        + before.get().member() + ", but its token is for member " + member);
            }
            return before.get().nonce();
        }
        var nonce = new UUID(random.nextLong(), random.nextLong());
        files.write(new Forming(member, nonce));
        return nonce;
    }

    /** Also asks the nodes that came later: a token beside them is a token that was used before. */
    private void agreeWithAll(BootstrapToken token, UUID nonce) throws InterruptedException {
        var missing = cluster.others();
        var told = "";
        while (true) {
            var silent = ask(missing, token, nonce);
            missing.keySet().retainAll(silent.keySet());
            if (missing.isEmpty()) {
                return;
            }
            var line = String.join(", ", missing.keySet());
            if (!line.equals(told)) {
                LOG.info("The cluster is formed when all its nodes are up; waiting for {}: {}", line, silent);
                told = line;
            }
            pause.of(PAUSE);
        }
    }

    private Map<String, String> ask(Map<String, NodeAddress> nodes, BootstrapToken token, UUID nonce)
            throws InterruptedException {
        var silent = new LinkedHashMap<String, String>();
        var outcomes = others.ask(
                nodes,
                FormationService.NAME,
                asked -> new FormationRequest(
                                token.clusterId(), token.label(), token.member(), nonce, files.begins(), asked)
                        .text());
        for (var outcome : outcomes.entrySet()) {
            if (outcome.getValue() instanceof Outcome.Refused refused) {
                throw new ConfigurationException("node " + outcome.getKey() + " (" + nodes.get(outcome.getKey())
                        + ") refused: " + refused.reason());
            }
            if (outcome.getValue() instanceof Outcome.Silent none) {
                silent.put(outcome.getKey(), none.reason());
            }
        }
        return silent;
    }
}
