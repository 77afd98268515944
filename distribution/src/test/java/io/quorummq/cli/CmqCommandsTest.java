/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.cmqclient.CmqServerDouble;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.CredentialFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@Timeout(30)
class CmqCommandsTest {
    private static final String OK = "{\"code\":0,\"message\":\"\",\"requestId\":\"17\"";
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "QUORUMMQ_SECRET_ID",
            CmqServerDouble.CREDENTIAL.secretId(),
            "QUORUMMQ_SECRET_KEY",
            CmqServerDouble.CREDENTIAL.secretKey());

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory = Path.of("");

    @Test
    void queueListPrintsEveryPage() {
        try (var server = new CmqServerDouble(call -> OK + ",\"totalCount\":51,\"queueList\":["
                + ("0".equals(call.get("offset")) ? fifty() : "{\"queueId\":\"queue-z\",\"queueName\":\"last\"}")
                + "]}")) {
            int code = run(server, ENVIRONMENT, "", "queue", "list", "o");

            assertThat(code).isZero();
            assertThat(out.toString().lines()).hasSize(51).endsWith("last");
            assertThat(server.calls())
                    .extracting(call -> call.get("searchWord"))
                    .containsOnly("o");
        }
    }

    @Test
    void queueListAsJsonIsOneArray() {
        try (var server = CmqServerDouble.answering(
                OK + ",\"totalCount\":1,\"queueList\":[{\"queueId\":\"queue-1\",\"queueName\":\"a\"}]}")) {
            run(server, ENVIRONMENT, "", "queue", "list", "--json");

            assertThat(out.toString())
                    .contains("\"queueName\":\"a\"")
                    .startsWith("[{")
                    .endsWith("}]\n");
        }
    }

    @Test
    void queueShowPrintsEveryAttribute() {
        try (var server = CmqServerDouble.answering(OK + ",\"visibilityTimeout\":30,\"activeMsgNum\":7,\"tags\":[]}")) {
            run(server, ENVIRONMENT, "", "queue", "show", "orders");
            run(server, ENVIRONMENT, "", "queue", "show", "orders", "--json");

            assertThat(out.toString().lines())
                    .containsExactly(
                            "visibilityTimeout    30",
                            "activeMsgNum         7",
                            "tags                 []",
                            "{\"visibilityTimeout\":30,\"activeMsgNum\":7,\"tags\":[]}");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -3      | now
            0       | now
            59      | in 59 s
            60      | in 1 min
            150     | in 2 min 30 s
            11520   | in 3 h 12 min
            7777800 | in 90 d
            7783200 | in 90 d 2 h
            """)
    void queueShowSaysWhenTheNextDelayedMessageIsDue(long seconds, String when) {
        var due = NOON.plusSeconds(seconds);
        try (var server = CmqServerDouble.answering(OK + ",\"nextDelayedTime\":" + due.getEpochSecond() + "}")) {
            run(server, ENVIRONMENT, "", "queue", "show", "orders");
            run(server, ENVIRONMENT, "", "queue", "show", "orders", "--json");

            assertThat(out.toString().lines())
                    .containsExactly(
                            "nextDelayedTime      " + due.getEpochSecond(),
                            "next delayed message " + when + ", at " + due,
                            "{\"nextDelayedTime\":" + due.getEpochSecond() + "}");
        }
    }

    @Test
    void queueShowSaysNothingOfDelayedMessagesWhenThereAreNone() {
        try (var server = CmqServerDouble.answering(OK + ",\"nextDelayedTime\":0}")) {
            run(server, ENVIRONMENT, "", "queue", "show", "orders");

            assertThat(out.toString().lines()).containsExactly("nextDelayedTime      0");
        }
    }

    @Test
    void queueCreateSendsItsAttributesAndPrintsTheId() {
        try (var server = CmqServerDouble.answering(OK + ",\"queueId\":\"queue-abc\"}")) {
            int code =
                    run(server, ENVIRONMENT, "", "queue", "create", "orders", "visibilityTimeout=5", "maxMsgSize=2048");

            assertThat(code).isZero();
            assertThat(out.toString()).isEqualTo("queue-abc\n");
            assertThat(server.lastCall())
                    .containsEntry("Action", "CreateQueue")
                    .containsEntry("queueName", "orders")
                    .containsEntry("visibilityTimeout", "5")
                    .containsEntry("maxMsgSize", "2048");
        }
    }

    @Test
    void queueSetDeleteAndClearCallTheirActions() {
        try (var server = CmqServerDouble.answering(OK + "}")) {
            assertThat(run(server, ENVIRONMENT, "", "queue", "set", "q", "pollingWaitSeconds=3"))
                    .isZero();
            assertThat(run(server, ENVIRONMENT, "", "queue", "clear", "q")).isZero();
            assertThat(run(server, ENVIRONMENT, "", "queue", "delete", "q")).isZero();

            assertThat(server.calls())
                    .extracting(call -> call.get("Action"))
                    .containsExactly("SetQueueAttributes", "ClearQueue", "DeleteQueue");
        }
    }

    @Test
    void sendTakesItsBodyFromTheArgumentOrStandardInput() {
        try (var server = CmqServerDouble.answering(OK + ",\"msgId\":\"9\"}")) {
            run(server, ENVIRONMENT, "", "send", "q", "hello", "--delay", "4");
            run(server, ENVIRONMENT, "grüße\n", "send", "q", "-");
            run(server, ENVIRONMENT, "piped", "send", "q");

            assertThat(out.toString()).isEqualTo("9\n9\n9\n");
            assertThat(server.calls())
                    .extracting(call -> call.get("msgBody"))
                    .containsExactly("hello", "grüße\n", "piped");
            assertThat(server.calls().get(0)).containsEntry("delaySeconds", "4");
        }
    }

    @Test
    void receivePrintsThenDeletesWhatItGot() {
        try (var server = new CmqServerDouble(CmqCommandsTest::twoMessages)) {
            int code = run(server, ENVIRONMENT, "", "receive", "q", "--max", "20", "--wait", "2", "--delete");

            assertThat(code).isZero();
            assertThat(out.toString()).isEqualTo("one\ntwo\n");
            assertThat(server.calls().get(0)).containsEntry("numOfMsg", "16").containsEntry("pollingWaitSeconds", "2");
            assertThat(server.calls().get(1))
                    .containsEntry("Action", "BatchDeleteMessage")
                    .containsEntry("receiptHandle.2", "h2");
            assertThat(server.calls().get(2)).containsEntry("pollingWaitSeconds", "0");
        }
    }

    @Test
    void aReceivedMessageAsJsonHasItsHandle() {
        try (var server = new CmqServerDouble(CmqCommandsTest::twoMessages)) {
            run(server, ENVIRONMENT, "", "receive", "q", "--max", "2", "--wait", "1", "--json");

            assertThat(out.toString().lines().findFirst().orElseThrow())
                    .contains("\"receiptHandle\":\"h1\"", "\"dequeueCount\":1");
        }
    }

    @Test
    void aRefusalIsOneLineOnStderrAndExitCodeOne() {
        try (var server = CmqServerDouble.answering(
                "{\"code\":4440,\"message\":\"(10100)queue is not existed, or deleted\",\"requestId\":\"5\"}")) {
            int code = run(server, ENVIRONMENT, "", "queue", "show", "gone");

            assertThat(code).isEqualTo(1);
            assertThat(err.toString().lines())
                    .containsExactly("GetQueueAttributes refused: code 4440, (10100)queue is not existed, or deleted,"
                            + " requestId 5");
            assertThat(out.toString()).isEmpty();
        }
    }

    @Test
    void aNodeThatIsNotThereIsNamedWithExitCodeOne() {
        int code = run("http://127.0.0.1:1", ENVIRONMENT, "", "queue", "list");

        assertThat(code).isEqualTo(1);
        assertThat(err.toString().lines()).singleElement().asString().contains("http://127.0.0.1:1");
    }

    @Test
    void aWrongOptionIsExitCodeTwo() {
        assertThat(run("http://127.0.0.1:1", ENVIRONMENT, "", "receive", "q", "--wait", "31"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--wait=31, allowed: 0 to 30");

        assertThat(run("tcp://127.0.0.1:1", ENVIRONMENT, "", "queue", "list")).isEqualTo(2);
        assertThat(err.toString()).contains("endpoint=tcp://127.0.0.1:1");

        assertThat(run("http://127.0.0.1:1", ENVIRONMENT, "", "queue")).isEqualTo(2);
    }

    @Test
    void theCredentialComesFromTheNamedHomeThenTheEnvironmentThenTheDefaultHome() throws IOException {
        try (var server = CmqServerDouble.answering(OK + ",\"totalCount\":0,\"queueList\":[]}")) {
            assertThat(run(server, Map.of(), "", "queue", "list")).isEqualTo(2);
            assertThat(err.toString()).contains("QUORUMMQ_SECRET_ID").contains("--home");

            home("quorummq-data", CmqServerDouble.CREDENTIAL);
            assertThat(run(server, Map.of(), "", "queue", "list")).isZero();

            home("other", new Credential("AKIDother", "k"));
            var other = directory.resolve("other").toString();
            assertThat(run(server, ENVIRONMENT, "", "queue", "list", "--home", other))
                    .isEqualTo(1);
            assertThat(server.lastCall()).containsEntry("SecretId", "AKIDother");

            assertThat(run(server, Map.of("QUORUMMQ_SECRET_ID", "AKIDx"), "", "queue", "list"))
                    .isEqualTo(2);
            assertThat(err.toString()).contains("QUORUMMQ_SECRET_KEY is not set");
        }
    }

    private void home(String name, Credential credential) throws IOException {
        var etc = Files.createDirectories(directory.resolve(name).resolve("etc"));
        CredentialFile.create(etc.resolve("credential"), credential, System::nanoTime);
    }

    private static String twoMessages(Map<String, String> call) {
        if (!"BatchReceiveMessage".equals(call.get("Action"))) {
            return OK + "}";
        }
        if ("0".equals(call.get("pollingWaitSeconds"))) {
            return "{\"code\":7000,\"message\":\"(10200)no message\",\"requestId\":\"1\"}";
        }
        return OK + ",\"msgInfoList\":[" + message("one", "h1") + "," + message("two", "h2") + "]}";
    }

    private static String message(String body, String handle) {
        return "{\"msgBody\":\"" + body + "\",\"msgId\":\"1\",\"receiptHandle\":\"" + handle + "\",\"enqueueTime\":1,"
                + "\"firstDequeueTime\":2,\"nextVisibleTime\":3,\"dequeueCount\":1}";
    }

    private static String fifty() {
        return "{\"queueId\":\"queue-o\",\"queueName\":\"orders\"},".repeat(50).replaceAll(",$", "");
    }

    private int run(CmqServerDouble server, Map<String, String> environment, String input, String... arguments) {
        return run(server.endpoint().toString(), environment, input, arguments);
    }

    private int run(String endpoint, Map<String, String> environment, String input, String... arguments) {
        var line = new CommandLine(command(arguments[0], environment, input))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        var rest = new String[arguments.length + 1];
        System.arraycopy(arguments, 1, rest, 0, arguments.length - 1);
        rest[arguments.length - 1] = "--endpoint";
        rest[arguments.length] = endpoint;
        return line.execute(rest);
    }

    private Object command(String name, Map<String, String> environment, String input) {
        var commands = new CmqCommands(environment, directory, InstantSource.fixed(NOON), new Random(1));
        return switch (name) {
            case "queue" -> new QueueCommand(commands);
            case "send" -> new SendCommand(commands, new ByteArrayInputStream(input.getBytes(UTF_8)));
            default -> new ReceiveCommand(commands);
        };
    }
}
