/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import static io.quorummq.config.OverridesTest.clusterMaker;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.ConfigurationException;
import io.quorummq.core.credential.CredentialFile;
import io.quorummq.replication.identity.ClusterConfiguration;
import io.quorummq.replication.identity.IdentityFiles;
import io.quorummq.replication.peer.NodeAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClusterMakerTest {
    private static final int RAFT = Port.RAFT.usual();

    @TempDir
    private Path directory;

    @Test
    void aClusterOnOneMachineHasAnInstanceForEachNodeWithPortsOfItsOwn() throws Exception {
        var homes =
                clusterMaker(Map.of()).create(directory.resolve("c"), ClusterPlan.onThisMachine(3, RAFT, 100, false));

        assertThat(homes)
                .extracting(Home::directory)
                .containsExactly(directory.resolve("c/n1"), directory.resolve("c/n2"), directory.resolve("c/n3"));
        for (int i = 0; i < 3; i++) {
            var home = homes.get(i);
            var cluster = ClusterConfiguration.read(home.cluster());
            assertThat(cluster.self()).isEqualTo("n" + (i + 1));
            assertThat(cluster.own()).isEqualTo(new NodeAddress("127.0.0.1", 7500 + i));
            assertThat(Files.readString(home.brokerXml()))
                    .contains("${quorummq.cmq.port:" + (8180 + i) + "}")
                    .contains("${quorummq.admin.port:" + (9190 + i) + "}");
            assertThat(home.launcher()).isExecutable();
            assertThat(home.tls()).doesNotExist();
        }
    }

    @Test
    void allNodesShareTheClusterItsMembersAndItsFirstCredential() {
        var homes = clusterMaker(Map.of()).create(directory.resolve("c"), ClusterPlan.onThisMachine(3, RAFT, 0, false));

        assertThat(homes.stream()
                        .map(home -> ClusterConfiguration.read(home.cluster()).of("n1"))
                        .distinct())
                .hasSize(1);
        var tokens = homes.stream()
                .map(home -> new IdentityFiles(home.data()).token().orElseThrow())
                .toList();
        assertThat(tokens.stream().map(token -> token.members()).distinct())
                .singleElement()
                .satisfies(members -> assertThat(members.values().stream().collect(Collectors.toSet()))
                        .hasSize(3));
        assertThat(tokens).extracting(token -> token.label()).containsExactly("n1", "n2", "n3");
        assertThat(homes.stream()
                        .map(home -> CredentialFile.open(home.credentials(), System::nanoTime)
                                .list())
                        .distinct())
                .hasSize(1);
    }

    @Test
    void machinesOfTheirOwnKeepTheUsualPortsAndHaveCertificates() throws Exception {
        var plan = ClusterPlan.onMachines(List.of("a=one.example", "b=10.0.0.2:7000"), RAFT, 0, false);

        var homes = clusterMaker(Map.of()).create(directory.resolve("c"), plan);

        assertThat(ClusterConfiguration.read(homes.get(1).cluster()).nodes())
                .containsEntry("a", new NodeAddress("one.example", 7400))
                .containsEntry("b", new NodeAddress("10.0.0.2", 7000));
        for (var home : homes) {
            assertThat(Files.readString(home.brokerXml())).contains("${quorummq.cmq.port:8080}");
            assertThat(home.tls().resolve("node.crt")).exists();
            assertThat(home.tls().resolve("node.key")).exists();
        }
        assertThat(homes.get(0).tls().resolve("ca.key")).exists();
        assertThat(homes.get(1).tls().resolve("ca.key")).doesNotExist();
        assertThat(homes.get(1).tls().resolve("ca.crt"))
                .hasSameTextualContentAs(homes.get(0).tls().resolve("ca.crt"));
    }

    @Test
    void aLaterNodeIsConfiguredAsTheInstanceThatAddsIt() throws Exception {
        var maker = clusterMaker(Map.of());
        var existing = maker.create(directory.resolve("c"), ClusterPlan.onThisMachine(1, RAFT, 0, true))
                .get(0);
        Files.writeString(existing.brokerXml(), "<!-- edited ${quorummq.cmq.port:8080} -->");
        var before = ClusterConfiguration.read(existing.cluster());

        var joining = maker.createJoining(
                existing, NodeOption.of("add", "n2=localhost:7401", RAFT), directory.resolve("n2"), 1);

        var cluster = ClusterConfiguration.read(joining.cluster());
        assertThat(cluster.clusterId()).isEqualTo(before.clusterId());
        assertThat(cluster.self()).isEqualTo("n2");
        assertThat(cluster.nodes()).containsOnlyKeys("n1", "n2");
        assertThat(new IdentityFiles(joining.data()).token()).isEmpty();
        assertThat(joining.brokerXml()).hasContent("<!-- edited ${quorummq.cmq.port:8081} -->");
        assertThat(joining.tls().resolve("node.crt")).exists();
        assertThat(joining.tls().resolve("ca.key")).doesNotExist();
        assertThat(joining.credentials()).hasSameTextualContentAs(existing.credentials());
        assertThat(ClusterConfiguration.read(existing.cluster())).isEqualTo(before);
    }

    @Test
    void onlyTheInstanceWithTheAuthoritysKeyMakesFurtherNodes() {
        var maker = clusterMaker(Map.of());
        var second = maker.create(directory.resolve("c"), ClusterPlan.onThisMachine(2, RAFT, 0, true))
                .get(1);

        assertThatThrownBy(() -> maker.createJoining(
                        second, NodeOption.of("add", "n3=127.0.0.1:1", RAFT), directory.resolve("n3"), 2))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("ca.key is missing");
        assertThat(directory.resolve("n3")).doesNotExist();
    }

    /** Each refusal names the option, the value and what is allowed. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a=one,a=two             | --node a=two: there are two nodes a
            a=one,b=one             | nodes a and b are both at one:7400
            a                       | --node a; allowed: ID=HOST
            A=one                   | 'A' cannot be a node's id; allowed: 1 to 32
            id=one                  | 'id' cannot be a node's id
            a=one:eighty            | eighty
            a=one:0                 | --node a=one:0: port 0
            a=                      | --node a=
            a=0.0.0.0               | no address that other nodes could connect to
            a=sp ace                | 'sp ace' is no host
            a=127.0.0.1,b=10.0.0.1  | node a at 127.0.0.1:7400 cannot be reached by node b at 10.0.0.1:7400
            """, quoteCharacter = '"')
    void nodesThatCouldNotFindEachOtherAreRefused(String nodes, String refusal) {
        assertThatThrownBy(() -> ClusterPlan.onMachines(List.of(nodes.split(",")), RAFT, 0, false))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(refusal);
    }

    @Test
    void numbersOutOfRangeAreRefusedBeforeAnythingIsMade() {
        assertThatThrownBy(() -> ClusterPlan.onThisMachine(0, RAFT, 0, false))
                .hasMessageContaining("--nodes 0; allowed: 1 to 9");
        assertThatThrownBy(() -> ClusterPlan.onThisMachine(10, RAFT, 0, false)).hasMessageContaining("--nodes 10");
        assertThatThrownBy(() -> ClusterPlan.onThisMachine(2, 65535, 0, false))
                .hasMessageContaining("65536; allowed: 1 to 65535");
        assertThatThrownBy(() -> clusterMaker(Map.of())
                        .create(directory.resolve("c"), ClusterPlan.onThisMachine(3, 7400, 3918, false)))
                .isInstanceOf(ConfigurationException.class);
        assertThat(directory.resolve("c")).doesNotExist();
    }
}
