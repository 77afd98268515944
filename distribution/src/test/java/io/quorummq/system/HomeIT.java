/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a home is made, configured, started and stopped, through the launcher. */
final class HomeIT {
    @TempDir
    private Path directory;

    @Test
    void aCreatedInstanceRunsStopsOnSigtermAndKeepsItsMessages() throws Exception {
        var launcher = Launcher.assembled(directory)
                .with(Map.of("QUORUMMQ_SECRET_ID", "AKIDfromTheEnvironment", "QUORUMMQ_SECRET_KEY", "itsKey"));
        var instance = directory.resolve("instance of mine");
        var created = launcher.run("create", instance.toString(), "--port-offset", "100");
        assertThat(created.err()).isEmpty();
        assertThat(created.exitCode()).isZero();
        assertThat(Files.readString(instance.resolve("etc/broker.xml"), UTF_8))
                .contains("${quorummq.cmq.port:8180}")
                .contains("${quorummq.core.port:61716}");
        assertThat(permissions(instance.resolve("etc/credential"))).isEqualTo("rw-------");
        assertThat(launcher.run("create", instance.toString()).exitCode()).isEqualTo(2);

        var own = Launcher.of(instance.resolve("bin/quorummq"), directory);
        try (var node = RunningNode.start(own, directory)) {
            assertThat(node.credential().secretId()).isEqualTo("AKIDfromTheEnvironment");
            try (var client = node.client()) {
                client.createQueue("kept", Map.of()).get(10, TimeUnit.SECONDS);
                client.sendMessage("kept", "still here", Duration.ZERO).get(10, TimeUnit.SECONDS);
            }
            assertThat(node.stop()).isZero();
            assertThat(node.out()).endsWith("stopped\n");
        }
        try (var node = RunningNode.start(own, directory);
                var client = node.client()) {
            assertThat(client.receiveMessage("kept", Duration.ofSeconds(5)).get(10, TimeUnit.SECONDS))
                    .hasValueSatisfying(message -> assertThat(message.body()).isEqualTo("still here"));
        }
        assertThat(Files.readString(instance.resolve("log/quorummq.log"), UTF_8))
                .contains("Serving CMQ at");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            <journal-type>NIO              | <journal-kind>NIO               | journal-kind
            </core>                        |                                 | broker.xml
            io.quorummq.rest.CmqBridge     | com.example.NoSuchPlugin        | com.example.NoSuchPlugin
            key="port" value="${quorummq.admin | key="prot" value="${quorummq.admin | prot
            ${quorummq.cmq.port:8080}      | eighty                          | eighty
            """)
    void aBrokenConfigurationStopsTheStartWithOneLine(String good, String bad, String named) throws Exception {
        var launcher = Launcher.assembled(directory);
        var home = directory.resolve("home");
        assertThat(launcher.run("create", home.toString()).exitCode()).isZero();
        replace(home.resolve("etc/broker.xml"), good, bad == null ? "" : bad);

        var outcome = launcher.run("run", "--home", home.toString(), "--port-offset", "200");

        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.err().lines().filter(line -> line.startsWith("quorummq: ")))
                .singleElement()
                .asString()
                .contains(named);
    }

    @ParameterizedTest
    @CsvSource({
        "run --no-such-option, --no-such-option",
        "run --cmq-port many, --cmq-port",
        "run --port-offset 65000, --port-offset 65000",
        "nothing, nothing",
        "credential list, no home of a node"
    })
    void wrongUsageIsOneClearLine(String words, String named) throws Exception {
        var outcome = Launcher.assembled(directory).run(words.split(" "));

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err().lines().findFirst())
                .hasValueSatisfying(line -> assertThat(line).contains(named));
        assertThat(outcome.err().lines()).hasSizeLessThanOrEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theDemoComesOutRightAndLeavesNothingBehind(int nodes) throws Exception {
        var temporary = Files.createDirectory(directory.resolve("tmp"));
        var launcher = Launcher.assembled(directory)
                .with(Map.of("QUORUMMQ_JAVA_OPTS", "-XX:-UsePerfData -Djava.io.tmpdir=" + temporary));

        var outcome = launcher.run("demo", "--nodes", Integer.toString(nodes));

        assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.out()).contains("steps came out right").doesNotContain("FAILED");
        assertThat(outcome.err()).isEmpty();
        try (var left = Files.list(temporary)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void everyCommandHasHelp() throws Exception {
        var launcher = Launcher.assembled(directory);

        var help = launcher.run("--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("run", "create", "demo", "credential", "completion");
        assertThat(launcher.run("credential", "add", "--help").out()).contains("--secret-key");
    }

    private static void replace(Path file, String good, String bad) throws IOException {
        var text = Files.readString(file, UTF_8);
        assertThat(text).contains(good);
        Files.writeString(file, text.replace(good, bad), UTF_8);
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
