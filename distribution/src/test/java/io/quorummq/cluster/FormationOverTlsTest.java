/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.config.ClusterMaker;
import io.quorummq.config.ClusterPlan;
import io.quorummq.config.ClusterPlan.PlannedNode;
import io.quorummq.config.FirstCredential;
import io.quorummq.config.Home;
import io.quorummq.config.Installation;
import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.identity.BootstrapToken;
import io.quorummq.replication.identity.ClusterConfiguration;
import io.quorummq.replication.identity.FormationService;
import io.quorummq.replication.identity.Identification;
import io.quorummq.replication.identity.IdentityFiles;
import io.quorummq.replication.identity.MemberIdentity;
import io.quorummq.replication.identity.Pause;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.PeerCalls;
import io.quorummq.replication.peer.PeerPort;
import io.quorummq.replication.peer.PeerServices;
import io.quorummq.replication.peer.TlsFiles;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Instances as they are made form a cluster over real connections, under the certificates they were made with. */
@Timeout(120)
final class FormationOverTlsTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    private Path directory;

    private List<Home> homes = List.of();

    @BeforeEach
    void makeInstances() throws Exception {
        var nodes = new LinkedHashMap<String, PlannedNode>();
        for (var label : List.of("n1", "n2", "n3")) {
            nodes.put(label, new PlannedNode(new NodeAddress("127.0.0.1", freePort()), 0));
        }
        homes = maker().create(directory.resolve("c"), new ClusterPlan(nodes, true));
    }

    @AfterEach
    void close() throws Exception {
        for (var closeable : open) {
            closeable.close();
        }
        threads.shutdownNow();
    }

    @Test
    void threeInstancesFormOnceAndAWipedOneIsRefused() throws Exception {
        var identities = new ArrayList<Future<MemberIdentity>>();
        for (var home : homes) {
            identities.add(threads.submit(() -> start(home)));
        }
        for (int i = 0; i < homes.size(); i++) {
            var identity = identities.get(i).get(90, TimeUnit.SECONDS);
            assertThat(identity.label()).isEqualTo("n" + (i + 1));
            assertThat(new IdentityFiles(homes.get(i).data()).identity()).hasValue(identity);
        }

        var second = new IdentityFiles(homes.get(1).data());
        var identity = second.identity().orElseThrow();
        Files.delete(homes.get(1).data().resolve("member.properties"));
        second.write(new BootstrapToken(identity.clusterId(), identity.label(), identity.initialMembers()));

        assertThatThrownBy(() -> identify(homes.get(1)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("member n2 was formed before and lost its data");
    }

    private MemberIdentity start(Home home) throws Exception {
        var cluster = ClusterConfiguration.read(home.cluster());
        var services = new PeerServices(cluster.clusterId(), threads)
                .add(new FormationService(cluster, new IdentityFiles(home.data()), threads));
        opened(new PeerPort(services, TlsFiles.in(home.tls()).orElseThrow()).listen(cluster.own()));
        return identify(home);
    }

    private MemberIdentity identify(Home home) throws Exception {
        var cluster = ClusterConfiguration.read(home.cluster());
        var calls = new PeerCalls(cluster.clusterId(), TlsFiles.in(home.tls()).orElseThrow(), threads);
        opened(calls);
        return new Identification(cluster, new IdentityFiles(home.data()), calls, Pause.real(), new SecureRandom())
                .identify();
    }

    private synchronized void opened(AutoCloseable closeable) {
        open.add(closeable);
    }

    private static ClusterMaker maker() {
        return new ClusterMaker(
                new Installation(Path.of("..").toAbsolutePath().normalize()),
                new FirstCredential(Map.of(), new SecureRandom()),
                InstantSource.system());
    }

    private static int freePort() throws Exception {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
