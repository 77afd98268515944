/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import static io.quorummq.config.OverridesTest.maker;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.ConfigurationException;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.CredentialFile;
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
        var home = maker(Map.of()).create(directory.resolve("home"), 0);

        for (var file : java.util.List.of(home.brokerXml(), home.logConfiguration(), home.credentials())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .as(file.toString())
                    .isEqualTo("rw-------");
        }
        assertThat(home.launcher()).isExecutable();
        assertThat(home.data()).isEmptyDirectory();
        assertThat(home.lib()).isEmptyDirectory();
    }

    @Test
    void aDirectoryThatHoldsSomethingIsRefused() throws Exception {
        Files.createFile(directory.resolve("mine"));

        assertThatThrownBy(() -> maker(Map.of()).create(directory, 0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("not an empty directory");
        assertThat(directory.resolve("etc")).doesNotExist();
    }

    @Test
    void theFirstCredentialIsTheEnvironments() {
        var environment = Map.of("QUORUMMQ_SECRET_ID", "AKIDmine", "QUORUMMQ_SECRET_KEY", "key");
        var home = maker(environment).create(directory.resolve("home"), 0);

        assertThat(CredentialFile.open(home.credentials(), System::nanoTime).list())
                .containsExactly(new Credential("AKIDmine", "key"));
    }

    @Test
    void halfACredentialIsRefusedBeforeAnythingIsMade() {
        var home = directory.resolve("home");

        assertThatThrownBy(() -> maker(Map.of("QUORUMMQ_SECRET_ID", "AKIDmine")).create(home, 0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("QUORUMMQ_SECRET_KEY");
        assertThat(home).doesNotExist();
    }

    @Test
    void aGeneratedCredentialCanSign() {
        var home = maker(Map.of()).create(directory.resolve("home"), 0);

        assertThat(CredentialFile.open(home.credentials(), System::nanoTime).list())
                .singleElement()
                .satisfies(credential -> assertThat(credential.canSign()).isTrue());
    }

    @Test
    void whatIsThereIsNotTouched() throws Exception {
        var home = maker(Map.of()).create(directory.resolve("home"), 0);
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
    void aHomeInUseIsRefusedUntilItIsGivenBack() {
        var home = maker(Map.of()).create(directory.resolve("home"), 0);
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
