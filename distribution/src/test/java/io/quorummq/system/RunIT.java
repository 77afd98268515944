/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorummq.cmqclient.CmqRefusal;
import io.quorummq.core.credential.Credential;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user sees of a node that was started by {@code quorummq run}; all tests share one. */
final class RunIT {
    private static final int AUTHENTICATION = 4100;
    private static Path directory;
    private static Path home;
    private static Launcher launcher;
    private static RunningNode node;

    @BeforeAll
    static void startNode(@TempDir Path temporary) throws Exception {
        directory = temporary;
        home = directory.resolve("home");
        launcher = Launcher.assembled(directory);
        node = RunningNode.start(launcher, directory, "--home", home.toString());
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @Test
    void theLaunchersProcessIdIsTheNodes() {
        assertThat(node.said("\\(process (\\d+)\\)")).isEqualTo(Long.toString(node.pid()));
    }

    @Test
    void theCurlLineWorksAsPasted() throws Exception {
        var line = node.said("\n +(curl '[^']+')");
        var url = line.substring(line.indexOf('\'') + 1, line.length() - 1);

        assertThat(get(URI.create(url)).body()).contains("\"code\":0").contains("\"queueList\"");
        assertThat(pasted(line)).contains("\"code\":0").contains("\"queueList\"");
    }

    @Test
    void theCommandsOfAHomeFindItsNodeWithoutAnAddress() throws Exception {
        var created = launcher.run("queue", "create", "by-home", "--home", home.toString());
        var listed = launcher.run("queue", "list", "--home", home.toString());

        assertThat(created.exitCode()).as(created.err()).isZero();
        assertThat(listed.out().lines()).contains("by-home");
    }

    @Test
    void aPortThatIsOpenToTheNetworkWithoutTlsIsWarnedOfOnce(@TempDir Path other) throws Exception {
        var open = other.resolve("home").toString();
        try (var exposed = RunningNode.start(launcher, other, "--home", open, "-Dquorummq.host=0.0.0.0")) {
            assertThat(exposed.out() + exposed.err()).containsOnlyOnce("Passwords can be read on the network");
        }
        assertThat(node.out() + node.err()).doesNotContain("Passwords can be read");
    }

    @Test
    void aSecondNodeOnTheSameHomeIsRefused() throws Exception {
        var words = new ArrayList<>(List.of("run", "--home", home.toString()));
        words.addAll(Launcher.freePorts());

        var second = launcher.run(words.toArray(String[]::new));

        assertThat(second.exitCode()).isEqualTo(2);
        assertThat(second.err()).contains("in use by another node (process " + node.pid() + ")");
        assertThat(second.err().lines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--cmq-port", "--core-port", "--amqp-port", "--admin-port"})
    void aPortInUseIsNamedWithTheOptionThatMovesIt(String option) throws Exception {
        var ports = new ArrayList<>(Launcher.freePorts());
        ports.set(ports.indexOf(option) + 1, node.port(option));
        var words = new ArrayList<>(
                List.of("run", "--home", directory.resolve("home" + option).toString()));
        words.addAll(ports);

        var second = launcher.run(words.toArray(String[]::new));

        assertThat(second.exitCode()).isEqualTo(2);
        assertThat(second.err().lines().filter(line -> line.startsWith("quorummq: ")))
                .singleElement()
                .asString()
                .contains(":" + node.port(option))
                .contains(option);
    }

    @Test
    void anAddedCredentialIsGoodAtOnceAndARemovedOneIsNot() throws Exception {
        var added = launcher.run("credential", "add", "AKIDforATest", "--home", home.toString());
        assertThat(added.err()).isEmpty();
        var key = added.out().lines().toList().get(1).replaceAll("secretKey +", "");
        var credential = new Credential("AKIDforATest", key);

        try (var client = node.client(credential)) {
            assertThat(client.listQueue("", 0, 10).get(10, TimeUnit.SECONDS)).isNotNull();
            assertThat(launcher.run("credential", "list", "--home", home.toString())
                            .out())
                    .contains("AKIDforATest")
                    .doesNotContain(key);

            assertThat(launcher.run("credential", "remove", "AKIDforATest", "--home", home.toString())
                            .exitCode())
                    .isZero();
            assertThatThrownBy(() -> client.listQueue("", 0, 10).join())
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            CmqRefusal.class,
                            refusal -> assertThat(refusal.code()).isEqualTo(AUTHENTICATION));
        }
    }

    @Test
    void theConnectionsOfARemovedCredentialEnd() throws Exception {
        assertThat(launcher.run("credential", "add", "jms-user", "--home", home.toString())
                        .exitCode())
                .isZero();
        var listed = launcher.run("credential", "list", "--keys", "--home", home.toString());
        var key = listed.out()
                .lines()
                .filter(line -> line.startsWith("jms-user "))
                .map(line -> line.substring("jms-user ".length()))
                .findFirst()
                .orElseThrow();
        var hasEnded = new AtomicBoolean();

        try (var factory = new ActiveMQConnectionFactory("tcp://127.0.0.1:" + node.port("--core-port"));
                var connection = factory.createConnection("jms-user", key)) {
            connection.setExceptionListener(e -> hasEnded.set(true));
            connection.start();
            assertThat(launcher.run("credential", "remove", "jms-user", "--home", home.toString())
                            .exitCode())
                    .isZero();

            await().atMost(Duration.ofSeconds(20)).untilTrue(hasEnded);
        }
    }

    @Test
    void healthAndMetricsNeedNoLogin() throws Exception {
        try (var client = node.client()) {
            client.createQueue("metered", Map.of()).get(10, TimeUnit.SECONDS);
            client.sendMessage("metered", "x", Duration.ZERO).get(10, TimeUnit.SECONDS);
        }

        assertThat(get(admin("/health/live")).body()).isEqualTo("{\"alive\":true}");
        assertThat(get(admin("/health/ready")).body()).isEqualTo("{\"ready\":true}");
        assertThat(get(admin("/health/leader")).body()).isEqualTo("{\"leader\":true}");
        assertThat(get(admin("/nothing")).statusCode()).isEqualTo(404);
        assertThat(get(admin("/metrics")).body())
                .contains("quorummq_queue_messages{queue=\"metered\",state=\"visible\"} 1.0")
                .contains("quorummq_queue_messages{queue=\"metered\",state=\"leased\"} 0.0")
                .contains("quorummq_cmq_requests_total{action=\"SendMessage\",code=\"0\"} 1.0")
                .contains("jvm_memory_used_bytes")
                .contains("process_cpu");
    }

    @Test
    void onlyTheOwnerCanReadWhatIsInTheHome() throws Exception {
        for (var name : List.of("broker.xml", "credential", "log4j2.properties")) {
            assertThat(java.nio.file.attribute.PosixFilePermissions.toString(
                            java.nio.file.Files.getPosixFilePermissions(
                                    home.resolve("etc").resolve(name))))
                    .as(name)
                    .isEqualTo("rw-------");
        }
    }

    private static URI admin(String path) {
        return node.adminEndpoint().resolve(path);
    }

    private static HttpResponse<String> get(URI uri) throws Exception {
        var request =
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString(UTF_8));
    }

    private static String pasted(String line) throws Exception {
        var process = new ProcessBuilder("sh", "-c", line + " -s")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var text = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return text;
    }
}
