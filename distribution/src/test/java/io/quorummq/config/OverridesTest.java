/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OverridesTest {
    @TempDir
    private Path directory;

    private Home home;

    @BeforeEach
    void makeHome() {
        home = createHome(Map.of(), directory.resolve("home"), 0);
    }

    static HomeMaker maker(Map<String, String> environment) {
        return new HomeMaker(installation(), new FirstCredential(environment, new SecureRandom()));
    }

    static ClusterMaker clusterMaker(Map<String, String> environment) {
        return new ClusterMaker(
                installation(), new FirstCredential(environment, new SecureRandom()), InstantSource.system());
    }

    static Home createHome(Map<String, String> environment, Path directory, int portOffset) {
        return clusterMaker(environment).createOne(directory, ClusterPlan.ofOne(Port.RAFT.usual(), portOffset, false));
    }

    private static Installation installation() {
        return new Installation(Path.of("..").toAbsolutePath().normalize());
    }

    @Test
    void theTemplateNamesEveryPortWithItsUsualNumber() throws Exception {
        var defaults = PortPlaceholders.of(Files.readString(home.brokerXml())).defaults();

        for (var port : EnumSet.complementOf(EnumSet.of(Port.RAFT))) {
            assertThat(Files.readString(home.brokerXml())).contains("${" + port.property() + ":" + port.usual() + "}");
            assertThat(defaults).containsEntry(port, port.usual());
        }
    }

    @Test
    void anOffsetMovesEveryPort() {
        assertThat(new Overrides(7, Map.of(), Map.of(), Map.of()).systemProperties(home))
                .isEqualTo(Map.of(
                        "quorummq.cmq.port", "8087",
                        "quorummq.core.port", "61623",
                        "quorummq.amqp.port", "5679",
                        "quorummq.admin.port", "9097",
                        "quorummq.raft.port", "7407"));
    }

    @Test
    void anOffsetIsAddedToTheOneTheHomeWasMadeWith() {
        var other = createHome(Map.of(), directory.resolve("other"), 100);

        assertThat(new Overrides(7, Map.of(), Map.of(), Map.of()).systemProperties(other))
                .containsEntry("quorummq.cmq.port", "8187")
                .containsEntry("quorummq.raft.port", "7507");
    }

    @Test
    void anOffsetLeavesTheNodesOfAClusterWhereTheyFindEachOther() {
        var homes = clusterMaker(Map.of())
                .create(directory.resolve("cluster"), ClusterPlan.onThisMachine(3, Port.RAFT.usual(), 0, false));

        assertThat(new Overrides(7, Map.of(), Map.of(), Map.of()).systemProperties(homes.get(1)))
                .containsEntry("quorummq.cmq.port", "8088")
                .doesNotContainKey("quorummq.raft.port");
        assertThat(new Overrides(7, Map.of(), Map.of(Port.RAFT, 9), Map.of()).systemProperties(homes.get(1)))
                .containsEntry("quorummq.raft.port", "9");
    }

    @Test
    void theNearerSourceWins() {
        var environment = Map.of("QUORUMMQ_CMQ_PORT", "1", "QUORUMMQ_AMQP_PORT", "2", "QUORUMMQ_HOST", "::1");
        var ports = Map.of(Port.CMQ, 3, Port.CORE, 4);
        var properties = Map.of("quorummq.core.port", "5");

        assertThat(new Overrides(1, environment, ports, properties).systemProperties(home))
                .isEqualTo(Map.of(
                        "quorummq.cmq.port", "3",
                        "quorummq.core.port", "5",
                        "quorummq.amqp.port", "2",
                        "quorummq.admin.port", "9091",
                        "quorummq.raft.port", "7401",
                        "quorummq.host", "::1"));
    }

    @Test
    void secretsDoNotBecomeProperties() {
        var environment = Map.of("QUORUMMQ_SECRET_ID", "AKIDa", "QUORUMMQ_SECRET_KEY", "b", "PATH", "/bin");

        assertThat(new Overrides(0, environment, Map.of(), Map.of()).systemProperties(home))
                .isEmpty();
    }

    @Test
    void whatIsNoPortIsRefusedWithItsSource() {
        assertThatThrownBy(() -> new Overrides(0, Map.of(), Map.of(Port.AMQP, 70_000), Map.of()).systemProperties(home))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("--amqp-port")
                .hasMessageContaining("70000");
        assertThatThrownBy(() -> new Overrides(-9000, Map.of(), Map.of(), Map.of()).systemProperties(home))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("--port-offset -9000");
    }
}
