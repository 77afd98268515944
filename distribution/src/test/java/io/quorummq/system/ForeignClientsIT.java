/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.cmqclient.CmqClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that know nothing of us share queues with CMQ users of a real node: javax.jms applications, Spring Boot
 * applications and an AMQP client that is no JMS client.
 */
@Timeout(120)
final class ForeignClientsIT {
    private static final int MESSAGES = 20;
    private static final long SOON = 20;

    private static Path directory;
    private static NodeProcess node;

    @BeforeAll
    static void start(@TempDir Path temporary) throws Exception {
        directory = temporary;
        node = NodeProcess.in(directory);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @ParameterizedTest
    @CsvSource({"qpid, amqp://127.0.0.1:, --amqp-port", "artemis, tcp://127.0.0.1:, --core-port"})
    void aJavaxJmsApplicationAnswersWhatHttpAsks(String client, String url, String port) throws Exception {
        var program = ForeignProgram.compiled("javax-jms", directory);
        try (var cmq = node.cmq()) {
            var requests = client + "-requests";
            var replies = client + "-replies";
            ask(cmq, requests);

            var outcome = program.run(
                    List.of(),
                    "JavaxEcho",
                    client,
                    url + node.port(port),
                    NodeProcess.CREDENTIAL.secretId(),
                    NodeProcess.CREDENTIAL.secretKey(),
                    requests,
                    replies,
                    Integer.toString(MESSAGES));

            assertThat(outcome.exitCode()).as(outcome.err()).isZero();
            assertThat(received(cmq, replies, MESSAGES)).containsExactlyElementsOf(echoes());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSpringBootApplicationAnswersWhatHttpAsks(boolean byAdapter) throws Exception {
        var program = ForeignProgram.compiled("spring-boot", directory, adapter());
        try (var cmq = node.cmq()) {
            var requests = "spring-requests-" + byAdapter;
            var replies = "spring-replies-" + byAdapter;
            ask(cmq, requests);
            var arguments = new ArrayList<String>(
                    List.of("--messages=" + MESSAGES, "--requests=" + requests, "--replies=" + replies));
            arguments.addAll(byAdapter ? adapterProperties() : artemisProperties());

            var outcome = program.run(List.of(), "example.SpringEcho", arguments.toArray(String[]::new));

            assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isZero();
            assertThat(outcome.out())
                    .contains("all echoed")
                    .contains(byAdapter ? "QuorumMqConnectionFactory" : "ActiveMQConnectionFactory");
            assertThat(received(cmq, replies, MESSAGES)).containsExactlyInAnyOrderElementsOf(echoes());
        }
    }

    /** AMQP senders that do not ask for durability get it; else "accepted" would mean "until the next crash". */
    @Test
    void whatAnAmqpClientGotAcceptedIsThereAfterAKill() throws Exception {
        try (var client = Client.create();
                var connection = connect(client);
                var sender = connection.openSender("amqp-default")) {
            for (var text : texts()) {
                var message = Message.create(text);
                assertThat(message.durable()).isFalse();
                var outcome = sender.send(message).awaitSettlement(SOON, TimeUnit.SECONDS);
                assertThat(outcome.remoteState().getType()).isEqualTo(DeliveryState.Type.ACCEPTED);
            }
            node.kill();
        } finally {
            node.start();
        }

        try (var client = Client.create();
                var connection = connect(client);
                var receiver = connection.openReceiver("amqp-default", new ReceiverOptions().creditWindow(MESSAGES))) {
            for (var text : texts()) {
                var delivery = receiver.receive(SOON, TimeUnit.SECONDS);
                assertThat(delivery.message().body()).isEqualTo(text);
                assertThat(delivery.message().durable()).isTrue();
                delivery.accept();
            }
        }
        try (var cmq = node.cmq()) {
            assertThat(received(cmq, "amqp-default", 0)).isEmpty();
        }
    }

    private static Connection connect(Client client) throws Exception {
        var options = new ConnectionOptions()
                .user(NodeProcess.CREDENTIAL.secretId())
                .password(NodeProcess.CREDENTIAL.secretKey());
        return client.connect("127.0.0.1", node.port("--amqp-port"), options);
    }

    private static List<String> artemisProperties() {
        return List.of(
                "--spring.artemis.mode=native",
                "--spring.artemis.broker-url=tcp://127.0.0.1:" + node.port("--core-port"),
                "--spring.artemis.user=" + NodeProcess.CREDENTIAL.secretId(),
                "--spring.artemis.password=" + NodeProcess.CREDENTIAL.secretKey());
    }

    private static List<String> adapterProperties() {
        return List.of(
                "--quorummq.uri=quorummq://127.0.0.1:" + node.port("--amqp-port"),
                "--quorummq.user=" + NodeProcess.CREDENTIAL.secretId(),
                "--quorummq.password=" + NodeProcess.CREDENTIAL.secretKey());
    }

    private static Path adapter() throws Exception {
        try (var jars = Files.list(Launcher.assembledDirectory().resolve("lib"))) {
            return jars.filter(jar -> jar.getFileName().toString().startsWith("jms-adapter-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void ask(CmqClient cmq, String queue) throws Exception {
        cmq.createQueue(queue, Map.of()).get(SOON, TimeUnit.SECONDS);
        for (var text : texts()) {
            cmq.sendMessage(queue, text, Duration.ZERO).get(SOON, TimeUnit.SECONDS);
        }
    }

    /** Receives and deletes so many messages, and assures that no more are there. */
    private static List<String> received(CmqClient cmq, String queue, int messages) throws Exception {
        var bodies = new ArrayList<String>();
        while (bodies.size() < messages) {
            var message = cmq.receiveMessage(queue, Duration.ofSeconds(5))
                    .get(SOON, TimeUnit.SECONDS)
                    .orElseThrow();
            cmq.deleteMessage(queue, message.receiptHandle()).get(SOON, TimeUnit.SECONDS);
            bodies.add(message.body());
        }
        assertThat(cmq.receiveMessage(queue, Duration.ZERO).get(SOON, TimeUnit.SECONDS))
                .isEmpty();
        return bodies;
    }

    private static List<String> texts() {
        return IntStream.range(0, MESSAGES).mapToObj(i -> "request " + i).toList();
    }

    private static List<String> echoes() {
        return texts().stream().map(text -> "echo of " + text).toList();
    }
}
