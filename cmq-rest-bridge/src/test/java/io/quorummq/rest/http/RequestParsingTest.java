/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.core.credential.Credential;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How requests are read and who is let in, over real HTTP: what the published SDKs force, and the order of verdicts. */
final class RequestParsingTest {
    private final CmqFixture fixture =
            new CmqFixture(CmqFixture.NOON, Map.of(), new Credential("AKIDother", "another"));
    private final CmqCaller cmq = fixture.caller();

    @BeforeEach
    void createQueue() {
        cmq.call("CreateQueue", "queueName", "orders");
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void aPostIsReadFromItsBodyAloneWhateverItsQueryAndContentTypeSay() {
        var form = CmqCaller.encode(
                cmq.signed("POST", "/v2/index.php", "SendMessage", "queueName", "orders", "msgBody", "x"));
        var request = HttpRequest.newBuilder(fixture.server
                        .endpoints()
                        .get(0)
                        .resolve("/v2/index.php?Action=ListQueue&Signature=old&msgBody=%20"))
                .header("Content-Type", "*/*;charset=utf-8")
                .header("Accept", "nonsense")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();

        assertThat(CmqCaller.json(cmq.send(request).body()))
                .containsEntry("code", 0L)
                .containsKey("msgId");
        assertThat(CmqCaller.json(cmq.send(request).body()))
                .as("the same request again: published SDKs repeat their nonces")
                .containsEntry("code", 0L);
    }

    @Test
    void theAnswerIsJsonWithStatus200AndSaysNothingOfTheServer() {
        var response = cmq.send(cmq.request("/v2/index.php", "Action=x"));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json;charset=utf-8");
        assertThat(response.headers().firstValue("Content-Length")).isPresent();
        assertThat(response.headers().map()).doesNotContainKeys("server", "x-powered-by", "transfer-encoding");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"/", "/v2/index.php", "/v2/index.php/v2/index.php"})
    void getAndPostWorkOnEachPathThatSdksUse(String path) {
        assertThat(cmq.get(path, "SendMessage", "queueName", "orders", "msgBody", "a b+c/ü"))
                .containsEntry("code", 0L);
        var form = CmqCaller.encode(cmq.signed("POST", "/v2/index.php", "ReceiveMessage", "queueName", "orders"));
        assertThat(cmq.postRaw(path, form)).containsEntry("msgBody", "a b+c/ü");
    }

    @Test
    void otherPathsAreNotFoundAndOtherMethodsAreRefusedInCmqsWords() {
        var endpoint = fixture.server.endpoints().get(0);

        assertThat(cmq.send(cmq.request("/other", "Action=x")).statusCode()).isEqualTo(404);
        var put = cmq.send(HttpRequest.newBuilder(endpoint.resolve("/"))
                .PUT(HttpRequest.BodyPublishers.ofString("x"))
                .build());
        assertThat(put.statusCode()).isEqualTo(200);
        assertThat(CmqCaller.json(put.body()))
                .containsEntry("code", 4000L)
                .containsEntry("message", "(10410)unexpected http PUT only GET or POST is supported");
    }

    @Test
    void blanksAndHexDigitsComeInAllSpellingsAndActionsInAnyCase() {
        var signed = cmq.signed("POST", "/v2/index.php", "sendMESSAGE", "queueName", "orders", "msgBody", "a b c/ü");
        var form = CmqCaller.encode(signed).replace("a+b+c%2F%C3%BC", "a%20b+c%2f%c3%bC");

        assertThat(form).contains("a%20b+c%2f%c3%bC");
        assertThat(cmq.postRaw("/v2/index.php", "&&" + form + "&")).containsEntry("code", 0L);
        assertThat(cmq.call("ReceiveMessage", "queueName", "orders")).containsEntry("msgBody", "a b c/ü");
    }

    @Test
    void unknownAndEmptyParametersAreSignedAndOtherwiseIgnored() {
        assertThat(cmq.call(
                        "ReceiveMessage",
                        "queueName",
                        "orders",
                        "UserpollingWaitSeconds",
                        "9",
                        "Region",
                        "gz",
                        "Token",
                        "t",
                        "RequestClient",
                        "SDK",
                        "routingKey",
                        "",
                        "pollingWaitSeconds",
                        "",
                        "my_key.1",
                        "a_b"))
                .containsEntry("code", 7000L);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            Action=%zz      | (10420)cannot parse body, or request size is more than 1MB (body=a percent sign
            Action=%4       | (10420)cannot parse body, or request size is more than 1MB (body=a percent sign
            Action=%        | (10420)cannot parse body, or request size is more than 1MB (body=a percent sign
            Action=%ff      | (10420)cannot parse body, or request size is more than 1MB (body=bytes that are not UTF-8
            Action=%c0%80   | (10420)cannot parse body, or request size is more than 1MB (body=bytes that are not UTF-8
            Action=%ed%a0%80| (10420)cannot parse body, or request size is more than 1MB (body=bytes that are not UTF-8
            a=1&a=2         | (10330)parameter a is NOT a repeatable parameter
            Action          | (10390)lacked of required parameter Action
            =               | (10390)lacked of required parameter Action
            Action=a%00b    | (10390)lacked of required parameter Timestamp
            clientRequestId=x | (10360)parameter clientRequestId error type
            """)
    void malformedFormsAreRefused(String form, String message) {
        assertThat(cmq.postRaw("/v2/index.php", form))
                .containsEntry("code", 4000L)
                .extractingByKey("message")
                .asString()
                .startsWith(message);
    }

    @Test
    void tooManyParametersAreRefused() {
        var form = IntStream.range(0, 300).mapToObj(i -> "k" + i + "=").collect(Collectors.joining("&"));

        assertThat(cmq.postRaw("/v2/index.php", form))
                .extractingByKey("message")
                .asString()
                .startsWith("(10000)invalid request parameters");
    }

    @Test
    void aNulInABodyArrivesAndInANameIsRefused() {
        assertThat(cmq.call("SendMessage", "queueName", "orders", "msgBody", "a\0b"))
                .containsEntry("code", 0L);
        assertThat(cmq.call("ReceiveMessage", "queueName", "orders")).containsEntry("msgBody", "a\0b");
        assertThat(cmq.call("ReceiveMessage", "queueName", "or\0ders"))
                .containsEntry("message", "(10020)queue name format error (queueName=or?ders)");
    }

    @Test
    void verdictsComeInTheDocumentedOrder() {
        var old = Long.toString(CmqFixture.NOON.getEpochSecond() - 7201);
        var future = Long.toString(CmqFixture.NOON.getEpochSecond() + 7201);
        var edge = Long.toString(CmqFixture.NOON.getEpochSecond() - 7200);

        for (var name : List.of("Action", "Timestamp", "Nonce", "SecretId", "Signature")) {
            var request = cmq.signed("POST", "/v2/index.php", "ListQueue", "SecretId", "wrong");
            request.remove(name);
            assertThat(cmq.post(request)).containsEntry("message", "(10390)lacked of required parameter " + name);
        }
        assertThat(message(cmq.call("ListQueue", "SecretId", "wrong", "Timestamp", "x")))
                .startsWith("(10360)parameter Timestamp error type");
        assertThat(message(cmq.call("ListQueue", "Nonce", "-1"))).startsWith("(10360)parameter Nonce error type");
        assertThat(cmq.call("ListQueue", "Nonce", "18446744073709551615")).containsEntry("code", 0L);
        assertThat(message(cmq.call("ListQueue", "SecretId", "wrong", "Timestamp", old)))
                .startsWith("(10450)secret id dosen't begin with AKID");
        assertThat(cmq.call("ListQueue", "SecretId", "AKIDnobody", "Timestamp", old))
                .containsEntry("code", 4100L)
                .extractingByKey("message")
                .asString()
                .startsWith("(10270)secret id is not existed");
        assertThat(cmq.call("ListQueue", "Timestamp", old))
                .containsEntry("code", 4100L)
                .containsEntry("message", "(10030)authentication failed");
        assertThat(cmq.call("ListQueue", "Timestamp", future)).containsEntry("code", 4100L);
        assertThat(cmq.call("ListQueue", "Timestamp", edge)).containsEntry("code", 0L);
        assertThat(cmq.call("Nothing", "SecretId", "AKIDother"))
                .as("a signature that is wrong hides which actions there are")
                .containsEntry("message", "(10030)authentication failed");
        assertThat(cmq.call("Nothing"))
                .containsEntry("code", 4000L)
                .containsEntry("message", "(10430)action name Nothing is not existed");
    }

    @Test
    void aSignatureOfAnotherRequestIsRefused() {
        var request = cmq.signed("POST", "/v2/index.php", "SendMessage", "queueName", "orders", "msgBody", "x");
        request.put("msgBody", "y");

        assertThat(cmq.post(request)).containsEntry("message", "(10030)authentication failed");
        assertThat(cmq.call("ReceiveMessage", "queueName", "orders")).containsEntry("code", 7000L);
    }

    @Test
    void theVectorsOfThePublishedSdksAreLetIn() throws IOException {
        String text;
        try (var resource = RequestParsingTest.class.getResourceAsStream("/cmq-signature-vectors.json")) {
            assertThat(resource).isNotNull();
            text = new String(resource.readAllBytes(), UTF_8);
        }
        var tried = 0;
        for (var element : (List<?>) CmqCaller.json("{\"all\":" + text + "}").getOrDefault("all", List.of())) {
            var vector = (Map<?, ?>) element;
            if (!"v1".equals(vector.get("scheme"))) {
                continue;
            }
            var parameters = new HashMap<String, String>();
            ((Map<?, ?>) required(vector, "params"))
                    .forEach((key, value) -> parameters.put(key.toString(), value.toString()));
            parameters.put("Signature", required(vector, "signature").toString());
            try (var server = new CmqFixture(
                    Instant.ofEpochSecond(Long.parseLong(parameters.getOrDefault("Timestamp", "0"))),
                    Map.of(),
                    new Credential(
                            parameters.getOrDefault("SecretId", ""),
                            required(vector, "secretKey").toString()))) {
                var answer = RawHttp.exchange(
                        server,
                        required(vector, "method").toString(),
                        required(vector, "host").toString(),
                        required(vector, "path").toString(),
                        CmqCaller.encode(parameters));
                assertThat(CmqCaller.json(RawHttp.body(answer)).get("code"))
                        .as(vector.get("name") + ": " + answer)
                        .isNotEqualTo(4100L);
            }
            tried++;
        }
        assertThat(tried).isGreaterThanOrEqualTo(7);
    }

    @Test
    void behindTheGatewaySwitchRefusalsKeepTheirCodeInTheText() {
        try (var gateway = new CmqFixture(Map.of("gateway-errors", "true"))) {
            var caller = gateway.caller();
            caller.call("CreateQueue", "queueName", "orders");

            assertThat(caller.call("CreateQueue", "queueName", "orders"))
                    .containsEntry("code", 4000L)
                    .extractingByKey("message")
                    .asString()
                    .startsWith("(4460) (10210)queue is already existed");
            assertThat(caller.call("ReceiveMessage", "queueName", "orders"))
                    .containsEntry("code", 7000L)
                    .containsEntry("message", "(10200)no message");
        }
    }

    @Test
    void requestsAreCountedByActionAndCodeAndTimed() {
        cmq.call("ReceiveMessage", "queueName", "orders");
        cmq.call("made-up");

        assertThat(fixture.registry
                        .get("quorummq.cmq.requests")
                        .tags("action", "ReceiveMessage", "code", "7000")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(fixture.registry
                        .get("quorummq.cmq.requests")
                        .tags("action", "none", "code", "4000")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(fixture.registry
                        .get("quorummq.cmq.latency")
                        .tag("action", "CreateQueue")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(fixture.registry
                        .get("quorummq.cmq.long.polls.waiting")
                        .gauge()
                        .value())
                .isZero();
    }

    private static String message(Map<String, Object> answer) {
        return String.valueOf(answer.get("message"));
    }

    private static Object required(Map<?, ?> members, String name) {
        var value = members.get(name);
        if (value == null) {
            throw new IllegalStateException("no " + name + " in " + members);
        }
        return value;
    }
}
