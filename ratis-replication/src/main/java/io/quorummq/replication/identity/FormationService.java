/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.PeerService;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Agrees that another node is formed, and remembers it. To be offered from before this node has an identity of its own until it
 * ends.
 */
public final class FormationService implements PeerService {
    static final String NAME = "formation";

    private final ClusterConfiguration cluster;
    private final IdentityFiles files;
    private final FormedMembers formed;
    private final Executor executor;

    /** @param executor runs what waits for the disk */
    public FormationService(ClusterConfiguration cluster, IdentityFiles files, Executor executor) {
        this.cluster = cluster;
        this.files = files;
        this.formed = new FormedMembers(files.formedMembers());
        this.executor = executor;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletableFuture<byte[]> call(byte[] request) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        agree(FormationRequest.parse(new String(request, UTF_8)));
                        return new byte[0];
                    } catch (PeerRefusal refusal) {
                        throw new CompletionException(refusal);
                    } catch (ConfigurationException e) {
                        throw new CompletionException(new PeerRefusal(String.valueOf(e.getMessage())));
                    }
                },
                executor);
    }

    private void agree(FormationRequest request) throws PeerRefusal {
        var label = request.label();
        if (!request.clusterId().equals(cluster.clusterId())) {
            throw new PeerRefusal("this node belongs to cluster " + cluster.clusterId() + ", node " + label
                    + " to cluster " + request.clusterId());
        }
        if (!request.asked().equals(cluster.self())) {
            throw new PeerRefusal("this is node " + cluster.self() + ", not " + request.asked() + ": node."
                    + request.asked() + " in etc/cluster.properties of node " + label + " has a wrong address");
        }
        if (label.equals(cluster.self())) {
            throw new PeerRefusal("this is node " + label + " itself: two nodes have one id");
        }
        var initial = initialMembers().get(label);
        if (initial == null) {
            // whoever came later has not seen the beginning, and must not vouch for what it cannot know
            throw new PeerRefusal("node " + cluster.self() + " was not there when member " + label
                    + " was formed, and cannot tell that it never was: quorummq cluster replace " + label);
        }
        if (!initial.equals(request.member())) {
            throw new PeerRefusal("member " + label + " is " + initial + " here, not " + request.member()
                    + ": its instance was not made together with this one");
        }
        if (!request.begins().equals(files.begins())) {
            throw new PeerRefusal("node " + label + " begins with " + described(request.begins()) + ", node "
                    + cluster.self() + " with " + described(files.begins())
                    + ": all nodes of a new cluster are restored from the same backup, or none is");
        }
        if (!formed.remember(request.member(), request.nonce())) {
            throw new PeerRefusal(
                    "member " + label + " was formed before and lost its data: quorummq cluster replace " + label);
        }
    }

    private static String described(String begins) {
        return begins.equals(IdentityFiles.WITH_NOTHING) ? "nothing" : "the files of the backup " + begins;
    }

    /** Empty when this node was not among them, or has no data that would tell. */
    private Map<String, UUID> initialMembers() {
        // the token goes only after the identity has come
        var token = files.token();
        return files.identity()
                .map(MemberIdentity::initialMembers)
                .or(() -> token.map(BootstrapToken::members))
                .orElse(Map.of());
    }
}
