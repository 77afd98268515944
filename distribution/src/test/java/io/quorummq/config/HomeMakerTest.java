/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import static io.quorummq.config.OverridesTest.createHome;
import static io.quorummq.config.OverridesTest.maker;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.ConfigurationException;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.CredentialFile;
import io.quorummq.replication.identity.ClusterConfiguration;
import io.quorummq.replication.identity.IdentityFiles;
import io.quorummq.replication.peer.NodeAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HomeMakerTest {
    @TempDir
    private Path directory;

    @Test
    void aNewHomeIsForItsOwnerOnly() throws Exception {
        var home = createHome(Map.of(), directory.resolve("home"), 0);

        for (var file : java.util.List.of(
                home.brokerXml(),
                home.logConfiguration(),
                home.credentials(),
                home.cluster(),
                home.data().resolve("bootstrap.properties"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .as(file.toString())
                    .isEqualTo("rw-------");
        }
        assertThat(home.launcher()).isExecutable();
        assertThat(home.data().toFile().list()).containsExactly("bootstrap.properties");
        assertThat(home.lib()).isEmptyDirectory();
    }

    @Test
    void aDirectoryThatHoldsSomethingIsRefused() throws Exception {
        Files.createFile(directory.resolve("mine"));

        assertThatThrownBy(() -> createHome(Map.of(), directory, 0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("not an empty directory");
        assertThat(directory.resolve("etc")).doesNotExist();
    }

    @Test
    void theFirstCredentialIsTheEnvironments() {
        var environment = Map.of("QUORUMMQ_SECRET_ID", "AKIDmine", "QUORUMMQ_SECRET_KEY", "key");
        var home = createHome(environment, directory.resolve("home"), 0);

        assertThat(CredentialFile.open(home.credentials(), System::nanoTime).list())
                .containsExactly(new Credential("AKIDmine", "key"));
    }

    @Test
    void halfACredentialIsRefusedBeforeAnythingIsMade() {
        var home = directory.resolve("home");

        assertThatThrownBy(() -> createHome(Map.of("QUORUMMQ_SECRET_ID", "AKIDmine"), home, 0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("QUORUMMQ_SECRET_KEY");
        assertThat(home).doesNotExist();
    }

    @Test
    void aGeneratedCredentialCanSign() {
        var home = createHome(Map.of(), directory.resolve("home"), 0);

        assertThat(CredentialFile.open(home.credentials(), System::nanoTime).list())
                .singleElement()
                .satisfies(credential -> assertThat(credential.canSign()).isTrue());
    }

    @Test
    void whatIsThereIsNotTouched() throws Exception {
        var home = createHome(Map.of(), directory.resolve("home"), 0);
        Files.writeString(home.brokerXml(), "edited");

        maker(Map.of()).complete(home);

        assertThat(home.brokerXml()).hasContent("edited");
        assertThat(maker(Map.of()).addFirstCredential(home)).isEmpty();
    }

    @Test
    void messagesWithoutTheirConfigurationAreNotGivenAnotherOne() throws Exception {
        var home = Home.at(directory.resolve("home"));
        Files.createDirectories(home.data().resolve("journal"));

        assertThatThrownBy(() -> maker(Map.of()).complete(home))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("broker.xml is missing");
    }

    @Test
    void aHomeThatRunMakesIsAClusterOfOne() {
        var home = Home.at(directory.resolve("home"));

        maker(Map.of()).complete(home);

        var cluster = ClusterConfiguration.read(home.cluster());
        assertThat(cluster.nodes()).containsOnly(Map.entry("n1", new NodeAddress("127.0.0.1", 7400)));
        assertThat(new IdentityFiles(home.data()).token()).hasValueSatisfying(token -> {
            assertThat(token.clusterId()).isEqualTo(cluster.clusterId());
            assertThat(token.members()).containsOnlyKeys("n1");
        });
    }

    @Test
    void aHomeWhoseDataIsGoneGetsNoTokenAgain() throws Exception {
        var home = Home.at(directory.resolve("home"));
        maker(Map.of()).complete(home);
        Files.delete(home.data().resolve("bootstrap.properties"));
        Files.delete(home.data());

        maker(Map.of()).complete(home);
        Files.delete(home.brokerXml());
        maker(Map.of()).complete(home);

        assertThat(home.data()).isEmptyDirectory();
        assertThat(home.brokerXml()).exists();
    }

    @Test
    void aHomeWithoutItsClusterIsRefused() throws Exception {
        var home = createHome(Map.of(), directory.resolve("home"), 0);
        Files.delete(home.cluster());

        assertThatThrownBy(() -> maker(Map.of()).complete(home))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("cluster.properties is missing");
    }

    @Test
    void aHomeWhoseMakingWasCutShortIsMadeAnew() throws Exception {
        var home = Home.at(directory.resolve("home"));
        maker(Map.of()).complete(home);
        var first = ClusterConfiguration.read(home.cluster());
        Files.delete(home.brokerXml());

        maker(Map.of()).complete(home);
        assertThat(ClusterConfiguration.read(home.cluster())).isEqualTo(first);

        Files.delete(home.brokerXml());
        Files.delete(home.cluster());
        maker(Map.of()).complete(home);
        assertThat(new IdentityFiles(home.data()).token())
                .hasValueSatisfying(token -> assertThat(token.clusterId())
                        .isEqualTo(ClusterConfiguration.read(home.cluster()).clusterId()));
    }

    @Test
    void aHomeInUseIsRefusedUntilItIsGivenBack() {
        var home = createHome(Map.of(), directory.resolve("home"), 0);
        var lock = HomeLock.of(home);

        assertThatThrownBy(() -> HomeLock.of(home))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("in use by another node (process "
                        + ProcessHandle.current().pid());
        lock.close();
        HomeLock.of(home).close();
    }

    @Test
    void auditLoggersAreOffAndOursTellEvents() {
        System.setProperty("quorummq.log", directory.toString());
        URI configuration =
                Path.of("..", "etc", "log4j2.properties").toAbsolutePath().toUri();
        try (var context = new LoggerContext("test", null, configuration)) {
            context.start();

            for (var name : java.util.List.of("", ".base", ".resource", ".message")) {
                assertThat(context.getLogger("org.apache.activemq.audit" + name).getLevel())
                        .isEqualTo(Level.OFF);
            }
            assertThat(context.getLogger("org.apache.activemq.artemis.core").getLevel())
                    .isEqualTo(Level.WARN);
            assertThat(context.getLogger("io.quorummq.node.Node").getLevel()).isEqualTo(Level.INFO);
        } finally {
            System.clearProperty("quorummq.log");
        }
    }
}
