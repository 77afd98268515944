/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.quorummq.cli.LoginOptions;
import io.quorummq.cmqclient.CmqServerDouble;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@Timeout(60)
class BenchCommandTest {
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "QUORUMMQ_SECRET_ID",
            CmqServerDouble.CREDENTIAL.secretId(),
            "QUORUMMQ_SECRET_KEY",
            CmqServerDouble.CREDENTIAL.secretKey());

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @CsvSource({
        "amqp, 50, 1, --text",
        "amqp, 1, 10, --drain",
        "tcp, 50, 10, --text",
        "tcp, 1, 1, --drain",
    })
    void everyMessageOfAJmsRunIsCounted(String scheme, String outstanding, String ackEvery, String mode)
            throws Exception {
        try (var broker = new PlainArtemis()) {
            int code = run(
                    "--endpoint=" + scheme + "://127.0.0.1:" + broker.port(),
                    "--messages=300",
                    "--producers=2",
                    "--consumers=2",
                    "--outstanding=" + outstanding,
                    "--ack-every=" + ackEvery,
                    mode,
                    "--json");

            assertThat(code).as(err.toString()).isZero();
            var report = report();
            assertThat(report)
                    .containsEntry("clean", true)
                    .containsEntry("rounds.0.confirmed", 300L)
                    .containsEntry("rounds.0.missing", 0L)
                    .containsEntry("rounds.0.duplicates", 0L)
                    .containsEntry("rounds.0.phases.0.sends", 300L)
                    .containsEntry("rounds.0.phases.0.confirmLatencyMicros.count", 300L);
            var last = "--drain".equals(mode) ? "rounds.0.phases.1." : "rounds.0.phases.0.";
            assertThat(report)
                    .containsEntry(last + "receives", 300L)
                    .containsEntry(last + "endToEndLatencyMicros.count", 300L);
        }
    }

    @Test
    void twoTargetsTakeTurnsAndAreCompared() throws Exception {
        try (var broker = new PlainArtemis()) {
            int code = run(
                    "--target=first=amqp://127.0.0.1:" + broker.port(),
                    "--target=second=tcp://127.0.0.1:" + broker.port(),
                    "--messages=50",
                    "--rounds=2",
                    "--server-pid=first=" + ProcessHandle.current().pid());

            assertThat(code).as(err.toString()).isZero();
            assertThat(out.toString())
                    .containsSubsequence("first", "second", "second", "first")
                    .contains("beside the first target")
                    .contains("50 confirmed, 0 missing, 0 twice");
        }
    }

    @Test
    void aRateAndATimeBoundARun() throws Exception {
        try (var broker = new PlainArtemis()) {
            int code = run(
                    "--endpoint=amqp://127.0.0.1:" + broker.port(),
                    "--rate=100",
                    "--duration=1",
                    "--warm-up=1",
                    "--queues=2",
                    "--producers=2",
                    "--consumers=2",
                    "--json");

            assertThat(code).as(err.toString()).isZero();
            assertThat(report()).containsEntry("rounds.0.confirmed", 200L).containsEntry("rounds.0.missing", 0L);
            assertThat(err.toString()).contains("sent/s");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--batch=1", "--batch=16", "--rate=2000", "--drain"})
    void everyMessageOfACmqRunIsCounted(String option) throws IOException {
        try (var server = new CmqQueueDouble().server()) {
            int code = run(
                    "--endpoint=" + server.endpoint(),
                    "--messages=200",
                    "--outstanding=4",
                    "--consumers=3",
                    "--poll-wait=0",
                    option,
                    "--json");

            assertThat(code).as(err.toString()).isZero();
            var report = report();
            var last = "--drain".equals(option) ? "rounds.0.phases.1." : "rounds.0.phases.0.";
            assertThat(report)
                    .containsEntry("rounds.0.confirmed", 200L)
                    .containsEntry("rounds.0.missing", 0L)
                    .containsEntry(last + "receives", 200L);
            assertThat(server.lastCall()).containsEntry("Action", "DeleteQueue");
        }
    }

    @Test
    void aLostMessageFailsTheRunAndIsTold() {
        var queue = new CmqQueueDouble();
        queue.losesTheNextMessage();
        try (var server = queue.server()) {
            int code = run("--endpoint=" + server.endpoint(), "--messages=20", "--poll-wait=0", "--quiet=1");

            assertThat(code).isEqualTo(1);
            assertThat(err.toString()).contains("1 of 20 confirmed messages never came out");
            assertThat(out.toString()).contains("20 confirmed, 1 missing").contains("FAILED");
        }
    }

    @Test
    void aRefusedSendFailsTheRunAndIsTold() {
        var queue = new CmqQueueDouble();
        queue.refusesSends();
        try (var server = queue.server()) {
            int code = run("--endpoint=" + server.endpoint(), "--messages=20", "--no-consume");

            assertThat(code).isEqualTo(1);
            assertThat(err.toString()).contains("reach maximum retention number of message");
        }
    }

    @ParameterizedTest
    @CsvSource({"amqp, --outstanding=1", "tcp, --outstanding=50"})
    void delayedMessagesOfAJmsRunAreTimed(String scheme, String outstanding) throws Exception {
        try (var broker = new PlainArtemis()) {
            int code = run(
                    "--endpoint=" + scheme + "://127.0.0.1:" + broker.port(),
                    "--messages=100",
                    "--delay=500ms..1s",
                    outstanding,
                    "--json");

            assertThat(code).as(err.toString()).isZero();
            assertThat(report())
                    .containsEntry("rounds.0.missing", 0L)
                    .containsEntry("rounds.0.delay.fromMillis", 500L)
                    .containsEntry("rounds.0.delay.toMillis", 1000L)
                    .containsEntry("rounds.0.delay.early", 0L)
                    .containsEntry("rounds.0.delay.latenessMicros.count", 100L)
                    .containsEntry("rounds.0.phases.0.phase", "load")
                    .containsEntry("rounds.0.phases.0.sends", 100L)
                    .containsEntry("rounds.0.phases.1.phase", "due")
                    .containsEntry("rounds.0.phases.1.sends", 0L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--delay-from=send", "--delay-from=start"})
    void delayedMessagesOfACmqRunAreTimed(String from) {
        try (var server = new CmqQueueDouble().server()) {
            int code = run(
                    "--endpoint=" + server.endpoint(),
                    "--messages=50",
                    "--batch=5",
                    "--delay=1s",
                    from,
                    "--seed=4",
                    "--quiet=1",
                    "--poll-wait=0");

            assertThat(code).as(err.toString()).isZero();
            assertThat(out.toString())
                    .contains("delayed 1s from the " + from.substring("--delay-from=".length()) + " (seed 4)")
                    .contains("50 confirmed, 0 missing, 0 twice")
                    .contains("within 1 s");
            assertThat(server.calls())
                    .filteredOn(call -> "1".equals(call.get("delaySeconds")))
                    .hasSize(10);
        }
    }

    @Test
    void aMessageBeforeItsTimeFailsTheRunAndIsTold() {
        var queue = new CmqQueueDouble();
        queue.deliversEarly();
        try (var server = queue.server()) {
            int code = run("--endpoint=" + server.endpoint(), "--messages=20", "--delay=1h", "--poll-wait=0");

            assertThat(code).isEqualTo(1);
            assertThat(err.toString()).contains("20 messages came before they were due, one by 3599");
            assertThat(out.toString()).contains("20 early").contains("FAILED");
        }
    }

    @Test
    void delayedSendsAreComparedWithOthersAndTheServerIsLookedAt() throws Exception {
        Files.write(directory.resolve("journal"), new byte[2_000_000]);
        try (var broker = new PlainArtemis()) {
            int code = run(
                    "--target=plain=tcp://127.0.0.1:" + broker.port(),
                    "--target=delayed=tcp://127.0.0.1:" + broker.port(),
                    "--delay=delayed=1h..90d",
                    "--no-consume",
                    "--messages=50",
                    "--server-pid=" + ProcessHandle.current().pid(),
                    "--server-data=delayed=" + directory);

            assertThat(code).as(err.toString()).isZero();
            assertThat(out.toString())
                    .containsPattern("(?m)^plain round 1: 50 confirmed, left in the queue$")
                    .containsPattern(
                            "(?m)^delayed round 1: 50 confirmed, left in the queue, delayed 1h..90d from the send")
                    .contains("server's data directory: 2.0 MB, then 2.0 MB: 0 bytes a message")
                    .containsPattern("(?m)^delayed +fill +[0-9,]+ +[0-9.]+ ");
        }
    }

    @Test
    void aBrokerThatIsNotThereIsNamed() throws IOException {
        int code = run("--endpoint=amqp://127.0.0.1:1", "--messages=1", "--json");

        assertThat(code).isEqualTo(1);
        assertThat(err.toString()).contains("target server (amqp://127.0.0.1:1)");
        assertThat(report()).containsEntry("clean", false);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --producers=0            | --producers=0, allowed: 1 to
            --message-size=10        | --message-size=10, allowed: 54 to
            --batch=17               | --batch=17, allowed: 1 to 16
            --rate=0                 | --rate=0.0, allowed: more than 0
            --endpoint=ftp://x       | uri=ftp://x, allowed: http
            --protocol=mqtt          | --protocol=mqtt, allowed: cmq, core, amqp
            --target=nothing         | --target=nothing, allowed: NAME=URI
            --server-pid=x           | --server-pid=x, allowed: PID or NAME=PID
            --server-pid=99999999    | no process 99999999
            --queues=0               | --queues=0, allowed
            --rounds=0               | --rounds=0, allowed: 1 to
            --idle-polls=0           | --idle-polls=0, allowed: 1 and more
            --delay=10               | --delay=10, allowed: FROM..TO or one duration
            --delay=500ms            | --delay=500ms, allowed for target server: whole seconds
            --delay=1h..90d          | --delay=1h..90d, allowed: to 24h when consumers wait
            --delay=x=1s             | --delay=x=1s, allowed: the name of a target: server
            --delay-from=now         | --delay-from=now, allowed: send, start
            --server-data=/nowhere   | --server-data=/nowhere, allowed: a directory
            --server-heap            | --server-heap, allowed: with a --server-pid for target server
            --user=x                 | --user and --password are needed together
            """)
    void aWrongOptionSaysWhatIsAllowed(String option, String text) {
        assertThat(run(option)).isEqualTo(2);
        assertThat(err.toString()).contains(text);
    }

    @Test
    void aCmqTargetWithoutCredentialIsRefusedBeforeAnythingRuns() {
        assertThat(execute(Map.of(), "--messages=1")).isEqualTo(2);
        assertThat(err.toString()).contains("QUORUMMQ_SECRET_ID");
    }

    private int run(String... arguments) {
        return execute(ENVIRONMENT, arguments);
    }

    private int execute(Map<String, String> environment, String... arguments) {
        var login = new LoginOptions(environment, directory);
        var line = new CommandLine(new BenchCommand(login, InstantSource.system(), new Random(7)))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    /** The report's scalar values by their path. */
    private Map<String, Object> report() throws IOException {
        var values = new HashMap<String, Object>();
        try (var json = new JsonFactory().createParser(out.toString())) {
            json.nextToken();
            flatten(json, new ArrayList<>(), values);
        }
        return values;
    }

    private static void flatten(JsonParser json, List<String> path, Map<String, Object> values) throws IOException {
        switch (json.currentToken()) {
            case START_OBJECT -> {
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    path.add(json.currentName());
                    json.nextToken();
                    flatten(json, path, values);
                    path.remove(path.size() - 1);
                }
            }
            case START_ARRAY -> {
                for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
                    path.add(Integer.toString(i));
                    flatten(json, path, values);
                    path.remove(path.size() - 1);
                }
            }
            case VALUE_NUMBER_INT -> values.put(String.join(".", path), json.getLongValue());
            case VALUE_TRUE, VALUE_FALSE -> values.put(String.join(".", path), json.getBooleanValue());
            default -> values.put(String.join(".", path), json.getText());
        }
    }
}
