/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What connections may do to the server: leave, lie, stall, come in thousands. */
final class ConnectionsTest {
    private final CmqFixture fixture = new CmqFixture(Map.of("request-timeout-seconds", "1", "max-long-polls", "1500"));
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
    void aCallerThatClosesItsConnectionEndsItsLongPollAndTheNextMessageGoesToAnother() throws IOException {
        try (var leaving = RawHttp.connect(fixture)) {
            leaving.getOutputStream().write(longPoll());
            await().until(() -> fixture.broker.waiters("orders") == 1);
        }

        await().until(() -> fixture.broker.waiters("orders") == 0);
        cmq.call("SendMessage", "queueName", "orders", "msgBody", "x");
        assertThat(cmq.call("ReceiveMessage", "queueName", "orders")).containsEntry("dequeueCount", 1L);
    }

    @Test
    void aResetConnectionEndsItsLongPoll() throws IOException {
        try (var leaving = RawHttp.connect(fixture)) {
            leaving.getOutputStream().write(longPoll());
            await().until(() -> fixture.broker.waiters("orders") == 1);
            leaving.setSoLinger(true, 0);
        }

        await().until(() -> fixture.broker.waiters("orders") == 0);
    }

    @Test
    void aPipelinedRequestIsAnsweredAfterTheLongPollBeforeIt() throws IOException {
        try (var socket = RawHttp.connect(fixture)) {
            var out = socket.getOutputStream();
            out.write(longPoll());
            await().until(() -> fixture.broker.waiters("orders") == 1);
            var second = new String(post("SendMessage", "queueName", "orders", "msgBody", "pipelined"), ISO_8859_1);
            out.write(
                    second.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").getBytes(ISO_8859_1));
            out.flush();
            cmq.call("SendMessage", "queueName", "orders", "msgBody", "first");

            var answers = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);

            assertThat(answers).contains("\"msgBody\":\"first\"");
            assertThat(answers.substring(answers.indexOf("first"))).contains("HTTP/1.1 200 OK", "\"msgId\"");
        }
    }

    @Test
    void aLargePipelinedRequestIsAnsweredToo() throws IOException {
        try (var socket = RawHttp.connect(fixture)) {
            var out = socket.getOutputStream();
            out.write(longPoll());
            await().until(() -> fixture.broker.waiters("orders") == 1);
            var second =
                    new String(post("SendMessage", "queueName", "orders", "msgBody", "x".repeat(50_000)), ISO_8859_1);
            out.write(
                    second.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").getBytes(ISO_8859_1));
            out.flush();
            fixture.clock.advance(Duration.ofSeconds(30));

            var answers = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);

            assertThat(answers).contains("(10200)no message", "\"msgId\"");
        }
    }

    @Test
    void aThousandLongPollsWaitWithoutAThreadEachAndOnesTooManyAreRefused() throws IOException {
        var sockets = new ArrayList<Socket>();
        try {
            var before = Thread.activeCount();
            for (var i = 0; i < 1500; i++) {
                var socket = RawHttp.connect(fixture);
                sockets.add(socket);
                socket.getOutputStream().write(longPoll());
            }
            await().until(() -> fixture.broker.waiters("orders") == 1500);

            assertThat(Thread.activeCount() - before).isLessThan(64);
            assertThat(fixture.registry
                            .get("quorummq.cmq.long.polls.waiting")
                            .gauge()
                            .value())
                    .isEqualTo(1500);
            assertThat(cmq.call("ReceiveMessage", "queueName", "orders", "pollingWaitSeconds", "9"))
                    .containsEntry("code", 4480L);
            assertThat(cmq.call("ListQueue")).containsEntry("code", 0L);
            fixture.clock.advance(Duration.ofSeconds(30));
            await().until(() -> fixture.broker.waiters("orders") == 0);
            for (var socket : sockets) {
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void closingAnswersThoseWhoWaitAndFinishesWhatIsInFlight() {
        var durable = new CompletableFuture<Void>();
        fixture.broker.sendsWaitFor(durable);
        cmq.call("CreateQueue", "queueName", "other");
        var waiting = cmq.callAsync("ReceiveMessage", "queueName", "orders", "pollingWaitSeconds", "30");
        var sending = cmq.callAsync("SendMessage", "queueName", "other", "msgBody", "x");
        await().until(() -> fixture.broker.waiters("orders") == 1
                && fixture.broker.counts(fixture.broker.queues().get(1)).active() == 1);

        var closing = CompletableFuture.runAsync(fixture.server::close);
        assertThat(waiting)
                .succeedsWithin(Duration.ofSeconds(10))
                .satisfies(answer -> assertThat(answer).containsEntry("code", 7000L));
        assertThat(closing).isNotDone();
        durable.complete(null);

        assertThat(sending)
                .succeedsWithin(Duration.ofSeconds(10))
                .satisfies(answer -> assertThat(answer).containsEntry("code", 0L));
        assertThat(closing).succeedsWithin(Duration.ofSeconds(10));
    }

    @Test
    void abodyOfMoreThanAMegabyteIsRefusedAndTheAnswerIsRead() throws IOException {
        for (var size : List.of(1_048_577, 5_000_000)) {
            var answer = RawHttp.exchange(
                    fixture,
                    "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: " + size + "\r\n\r\n"
                            + "a".repeat(size));
            assertThat(answer).startsWith("HTTP/1.1 200 OK").contains("\"code\":4000", "(10420)cannot parse body");
        }
        var chunked = "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n"
                + "a".repeat(0x200000) + "\r\n0\r\n\r\n";
        assertThat(RawHttp.exchange(fixture, chunked)).contains("(10420)cannot parse body");
    }

    @Test
    void anAnnouncedGiantIsRefusedBeforeItIsSent() throws IOException {
        assertThat(RawHttp.exchange(fixture, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999999\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK")
                .contains("(10420)cannot parse body");
    }

    @Test
    void anEncodedBodyIsRefused() throws IOException {
        assertThat(RawHttp.exchange(
                        fixture, "POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx"))
                .contains("(10420)cannot parse body");
    }

    @Test
    void aBodyThatDoesNotComeInTimeEndsItsConnection() throws IOException {
        assertThat(RawHttp.exchange(fixture, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nAction=x"))
                .doesNotContain("\"code\":0");
    }

    @Test
    void headersThatTrickleInEndTheirConnection() throws IOException {
        try (var socket = RawHttp.connect(fixture)) {
            socket.setSoTimeout(200);
            await().pollInterval(Duration.ofMillis(1)).until(() -> isClosedAfterOneMoreByte(socket));
        }
    }

    @Test
    void aConnectionThatRestedBetweenRequestsIsStillServed() throws IOException {
        try (var socket = RawHttp.connect(fixture)) {
            socket.getOutputStream().write(post("ListQueue"));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            socket.setSoTimeout(100);
            await().pollDelay(Duration.ofMillis(1300)).until(() -> true);
            socket.getInputStream().skipNBytes(socket.getInputStream().available());
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(post("ListQueue"));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
    }

    private static boolean isClosedAfterOneMoreByte(Socket socket) throws IOException {
        try {
            socket.getOutputStream().write('G');
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException closed) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET / HTTP/9.9\r\n\r\n",
                "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /?a=\u00ff\u00fe HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                "GET /?%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET /v2/../index.php HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                "GET http://[::1 HTTP/1.1\r\nHost: h\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            })
    void malformedRequestsAreAnsweredOrCutOffAndTellNothing(String request) throws IOException {
        var answer = RawHttp.exchange(fixture, request);

        assertThat(answer).doesNotContain("Exception", "\tat ", "Jetty", "jersey");
        assertThat(answer)
                .satisfiesAnyOf(
                        none -> assertThat(none).isEmpty(),
                        bad -> assertThat(bad).containsPattern("^HTTP/1.1 (4..|505)"),
                        refused -> assertThat(refused).containsPattern("\"code\":4000"));
        assertThat(cmq.call("ListQueue")).containsEntry("code", 0L);
    }

    @Test
    void tooLongLinesAndHeadersGetTheServersOwnStatus() throws IOException {
        assertThat(RawHttp.exchange(fixture, "GET /?" + "a".repeat(70_000) + " HTTP/1.1\r\nHost: h\r\n\r\n"))
                .startsWith("HTTP/1.1 414");
        assertThat(RawHttp.exchange(fixture, "GET / HTTP/1.1\r\nHost: h\r\nX: " + "a".repeat(70_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
    }

    @Test
    void aGetMayCarryAMessageOfManyKilobytes() {
        assertThat(cmq.get("/", "SendMessage", "queueName", "orders", "msgBody", "x".repeat(50_000)))
                .containsEntry("code", 0L);
    }

    @Test
    void randomBytesNeverHangTheServer() throws IOException {
        var seed = 20_261_124L;
        var random = new Random(seed);
        var valid = new String(post("SendMessage", "queueName", "orders", "msgBody", "fuzz"), ISO_8859_1)
                .replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
        for (var round = 0; round < 150; round++) {
            var bytes = valid.getBytes(ISO_8859_1);
            for (var i = 0; i < 1 + random.nextInt(5); i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try (var socket = RawHttp.connect(fixture)) {
                socket.getOutputStream().write(bytes);
                socket.shutdownOutput();
                assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                        .as("seed %s, round %s", seed, round)
                        .doesNotContain("Exception", "\tat ");
            }
        }
        assertThat(cmq.call("ListQueue")).containsEntry("code", 0L);
    }

    private byte[] longPoll() {
        return post("ReceiveMessage", "queueName", "orders", "pollingWaitSeconds", "30");
    }

    private byte[] post(String action, String... namesAndValues) {
        var form = CmqCaller.encode(cmq.signed("POST", "/v2/index.php", action, namesAndValues));
        var host = fixture.server.endpoints().get(0).getAuthority();
        return ("POST /v2/index.php HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: " + form.length() + "\r\n\r\n"
                        + form)
                .getBytes(ISO_8859_1);
    }
}
