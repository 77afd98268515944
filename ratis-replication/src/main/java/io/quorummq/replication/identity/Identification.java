/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.peer.Peers;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out, before a node takes part in anything, as which member it may: the one it is, the one its token makes it, or the one it
 * is admitted as. A node that is none of these does not start.
 */
public final class Identification {
    private static final Logger LOG = LoggerFactory.getLogger(Identification.class);

    private final ClusterConfiguration cluster;
    private final IdentityFiles files;
    private final Formation formation;
    private final Admission admission;

    /**
     * @param peers calls the other nodes; this node's own {@link FormationService} must be reachable by then, since they may ask too
     * @param random draws the nonce by which this member is formed
     */
    public Identification(
            ClusterConfiguration cluster, IdentityFiles files, Peers peers, Pause pause, RandomGenerator random) {
        this.cluster = cluster;
        this.files = files;
        var others = new OtherNodes(peers);
        formation = new Formation(cluster, files, others, pause, random);
        admission = new Admission(cluster, files, others, pause);
    }

    /**
     * Waits for other nodes as long as it takes. The identity is on the disk when it returns.
     *
     * @throws ConfigurationException if this node must not start, with the command that helps
     */
    public MemberIdentity identify() throws InterruptedException {
        var identity = files.identity();
        if (identity.isPresent()) {
            return resume(identity.get());
        }
        if (files.holdsUnknownShards()) {
            throw new ConfigurationException(files.identityPath() + " is missing although " + files.data()
                    + " holds messages: restore it, or empty " + files.data() + " and run 'quorummq cluster replace "
                    + cluster.self() + "' on another node");
        }
        var token = files.token();
        return token.isPresent() ? formation.form(token.get()) : admission.admit();
    }

    private MemberIdentity resume(MemberIdentity identity) {
        if (!identity.clusterId().equals(cluster.clusterId())) {
            throw new ConfigurationException(files.data() + " belongs to cluster " + identity.clusterId()
                    + ", etc/cluster.properties to cluster " + cluster.clusterId());
        }
        if (!identity.label().equals(cluster.self())) {
            throw new ConfigurationException(files.data() + " is the data of node " + identity.label()
                    + ", etc/cluster.properties is for node " + cluster.self());
        }
        var token = files.token();
        if (token.isPresent()) {
            if (!token.get().clusterId().equals(identity.clusterId())) {
                throw new ConfigurationException(files.tokenPath() + " is of cluster "
                        + token.get().clusterId() + ", but " + files.data() + " belongs to cluster "
                        + identity.clusterId() + ": remove the token");
            }
            // a crash came before its deletion, or the bundle was copied over good data: the identity counts
            LOG.info("The token in {} is superfluous, and goes", files.tokenPath());
        }
        files.dropToken();
        return identity;
    }
}
