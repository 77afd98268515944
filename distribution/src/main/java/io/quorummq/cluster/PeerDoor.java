/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cluster;

import io.quorummq.config.Home;
import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.identity.ClusterConfiguration;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.PeerCalls;
import io.quorummq.replication.peer.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;

/** The port between nodes, which serves commands too: whoever can read an instance's files may use it. */
public final class PeerDoor implements ClusterDoor {
    @Override
    public Session open(Home home) {
        if (!Files.exists(home.cluster())) {
            throw new ConfigurationException("no home of a node at " + home.directory()
                    + ": name one by --home or QUORUMMQ_HOME, or make one with 'quorummq create'");
        }
        var cluster = ClusterConfiguration.read(home.cluster());
        try {
            var calls =
                    new PeerCalls(cluster.clusterId(), TlsFiles.in(home.tls()).orElse(null), Runnable::run);
            return new PeerSession(new ClusterClient(cluster, own(home, cluster), calls), cluster, calls);
        } catch (IOException e) {
            throw new ConfigurationException("TLS between nodes: " + e.getMessage(), e);
        }
    }

    /** Where the running node says it is; it may have been started on another port than the file's. */
    private static NodeAddress own(Home home, ClusterConfiguration cluster) throws IOException {
        try {
            return NodeAddress.of(Files.readString(home.peerEndpoint()).strip());
        } catch (NoSuchFileException notRunning) {
            return cluster.own();
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(home.peerEndpoint() + ": " + e.getMessage(), e);
        }
    }

    private record PeerSession(ClusterClient client, ClusterConfiguration cluster, PeerCalls calls) implements Session {
        @Override
        public void close() {
            calls.close();
        }
    }
}
