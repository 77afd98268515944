/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cmqclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorummq.core.credential.Credential;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CmqClientTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final String OK =
            "{\"code\":0,\"message\":\"\",\"codeDesc\":\"Success\",\"requestId\":\"17\",\"clientRequestId\":0";

    @Test
    void aSendIsSignedWithTheCommonParametersAndGivesTheMessageId() {
        try (var server = CmqServerDouble.answering(OK + ",\"msgId\":\"42\"}");
                var client = client(server)) {
            var msgId = client.sendMessage("orders", "a b&c=d+ü€😀\n%", Duration.ofSeconds(7))
                    .join();

            assertThat(msgId).isEqualTo("42");
            assertThat(server.lastCall())
                    .containsEntry("Action", "SendMessage")
                    .containsEntry("queueName", "orders")
                    .containsEntry("msgBody", "a b&c=d+ü€😀\n%")
                    .containsEntry("delaySeconds", "7")
                    .containsEntry("SecretId", CmqServerDouble.CREDENTIAL.secretId())
                    .containsEntry("SignatureMethod", "HmacSHA256")
                    .containsEntry("Timestamp", Long.toString(NOON.getEpochSecond()));
        }
    }

    @Test
    void twoCallsNeverCarryTheSameNonce() {
        try (var server = CmqServerDouble.answering(OK + "}");
                var client = client(server)) {
            client.clearQueue("q").join();
            client.clearQueue("q").join();

            assertThat(server.calls()).extracting(call -> call.get("Nonce")).doesNotHaveDuplicates();
        }
    }

    @Test
    void aBatchNumbersItsBodiesFromOneAndGivesTheIdsInOrder() {
        try (var server = CmqServerDouble.answering(OK + ",\"msgList\":[{\"msgId\":\"1\"},{\"msgId\":\"2\"}]}");
                var client = client(server)) {
            var bodies = List.of("b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "b10");

            assertThat(client.batchSendMessage("q", bodies, Duration.ZERO).join())
                    .containsExactly("1", "2");
            assertThat(server.lastCall())
                    .containsEntry("msgBody.1", "b1")
                    .containsEntry("msgBody.10", "b10")
                    .doesNotContainKey("delaySeconds");
        }
    }

    @Test
    void aReceivedMessageHasAllItsMembers() {
        var message =
                ",\"msgBody\":\"hi \\\"you\\\"\",\"msgId\":\"5\",\"receiptHandle\":\"99\",\"enqueueTime\":1795521600,"
                        + "\"firstDequeueTime\":1795521601,\"nextVisibleTime\":1795521631,\"dequeueCount\":2}";
        try (var server = CmqServerDouble.answering(OK + message);
                var client = client(server)) {
            var received = client.receiveMessage("q", Duration.ofSeconds(3)).join();

            assertThat(received)
                    .contains(new ReceivedMessage(
                            "5", "99", "hi \"you\"", NOON, NOON.plusSeconds(1), NOON.plusSeconds(31), 2));
            assertThat(server.lastCall()).containsEntry("pollingWaitSeconds", "3");
        }
    }

    @Test
    void noMessageIsAnEmptyAnswerAndNotAFailure() {
        try (var server = CmqServerDouble.answering(
                        "{\"code\":7000,\"message\":\"(10200)no message\",\"requestId\":\"1\"}");
                var client = client(server)) {
            assertThat(client.receiveMessage("q", Duration.ZERO).join()).isEmpty();
            assertThat(client.batchReceiveMessage("q", 16, Duration.ZERO).join())
                    .isEmpty();
        }
    }

    @Test
    void aBatchDeleteNamesTheHandlesThatDeletedNothing() {
        var partial = "{\"code\":6010,\"message\":\"(10150)delete message partially failed\",\"requestId\":\"1\","
                + "\"errorList\":[{\"code\":4430,\"message\":\"(10260)receipt handle is invalid\",\"receiptHandle\":\"8\"}]}";
        try (var server = CmqServerDouble.answering(partial);
                var client = client(server)) {
            assertThat(client.batchDeleteMessage("q", List.of("7", "8")).join())
                    .containsExactly(new DeleteFailure(4430, "(10260)receipt handle is invalid", "8"));
        }
    }

    @Test
    void aRefusalHasCodeModuleCodeTextAndRequestId() {
        var refused = "{\"code\":4440,\"message\":\"(10100)queue is not existed, or deleted\",\"requestId\":\"77\"}";
        try (var server = CmqServerDouble.answering(refused);
                var client = client(server)) {
            var refusal = refusal(client.deleteQueue("gone"));

            assertThat(refusal.code()).isEqualTo(4440);
            assertThat(refusal.moduleCode()).isEqualTo(10100);
            assertThat(refusal.requestId()).isEqualTo("77");
            assertThat(refusal).hasMessageContaining("DeleteQueue").hasMessageContaining("queue is not existed");
        }
    }

    @Test
    void aWrongKeyIsRefusedByTheServerDouble() {
        try (var server = CmqServerDouble.answering(OK + "}");
                var client = new CmqClient(
                        server.endpoint(),
                        new Credential("AKIDtest0123456789", "anotherKey"),
                        CmqClientSettings.DEFAULT,
                        InstantSource.fixed(NOON),
                        new Random(1))) {
            assertThat(refusal(client.clearQueue("q")).code()).isEqualTo(4100);
        }
    }

    @Test
    void aListingHasItsPageAndTheTotal() {
        try (var server = CmqServerDouble.answering(
                        OK + ",\"totalCount\":2,\"queueList\":[{\"queueId\":\"queue-1\",\"queueName\":\"a\"}]}");
                var client = client(server)) {
            assertThat(client.listQueue("a", 0, 1).join())
                    .isEqualTo(new QueueListing(2, List.of(new QueueEntry("queue-1", "a"))));
            assertThat(server.lastCall())
                    .containsEntry("searchWord", "a")
                    .containsEntry("offset", "0")
                    .containsEntry("limit", "1");
        }
    }

    @Test
    void queueAttributesKeepEveryMemberOfTheAnswer() {
        try (var server = CmqServerDouble.answering(
                        OK
                                + ",\"activeMsgNum\":3,\"inactiveMsgNum\":2,\"delayMsgNum\":1,\"deadLetterPolicy\":\"{}\",\"tags\":[]}");
                var client = client(server)) {
            var queue = client.queueAttributes("q").join();

            assertThat(List.of(queue.activeMessages(), queue.inactiveMessages(), queue.delayedMessages()))
                    .containsExactly(3L, 2L, 1L);
            assertThat(queue.members()).containsEntry("deadLetterPolicy", "{}").containsEntry("tags", List.of());
        }
    }

    @Test
    void createQueueSendsTheAttributesItIsGiven() {
        try (var server = CmqServerDouble.answering(OK + ",\"queueId\":\"queue-abcdefgh\"}");
                var client = client(server)) {
            assertThat(client.createQueue("q", Map.of("visibilityTimeout", "5")).join())
                    .isEqualTo("queue-abcdefgh");
            assertThat(server.lastCall()).containsEntry("visibilityTimeout", "5");
        }
    }

    @Test
    void aLongPollOutlastsTheTimeOfAnOrdinaryAnswer() {
        var never = new CompletableFuture<String>();
        var quick = new CmqClientSettings(4, 4, Duration.ofMillis(200), 4);
        try (var server = new CmqServerDouble(call -> never.completeOnTimeout(
                                "{\"code\":7000,\"message\":\"(10200)no message\",\"requestId\":\"1\"}",
                                900,
                                TimeUnit.MILLISECONDS)
                        .join());
                var client = client(server.endpoint(), quick)) {
            assertThat(client.receiveMessage("q", Duration.ofSeconds(2)).join()).isEmpty();
        }
    }

    @Test
    void anEndpointThatNobodyServesIsNamed() throws IOException {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        var endpoint = URI.create("http://127.0.0.1:" + port);
        try (var client = client(endpoint, CmqClientSettings.DEFAULT)) {
            assertThat(failure(client.clearQueue("q")))
                    .isInstanceOf(CmqTransportException.class)
                    .hasMessageContaining("ClearQueue to " + endpoint);
        }
    }

    @Test
    void anAnswerThatIsNotCmqsIsATransportFailure() {
        try (var server = CmqServerDouble.answering("<html>");
                var client = client(server)) {
            assertThat(failure(client.clearQueue("q")))
                    .isInstanceOf(CmqTransportException.class)
                    .hasMessageContaining("not a CMQ answer");

            server.answersStatus(413);

            assertThat(failure(client.clearQueue("q")))
                    .isInstanceOf(CmqTransportException.class)
                    .hasMessageContaining("HTTP status 413");
        }
    }

    @Test
    void callsBeyondTheBoundFailAtOnceAndSaySo() {
        var hold = new CompletableFuture<String>();
        try (var server = new CmqServerDouble(call -> hold.join());
                var client = client(server.endpoint(), new CmqClientSettings(1, 1, Duration.ofSeconds(20), 4))) {
            var firstToEnd =
                    CompletableFuture.anyOf(client.clearQueue("q"), client.clearQueue("q"), client.clearQueue("q"));

            assertThat(failure(firstToEnd)).isInstanceOf(CmqTransportException.class);

            hold.complete(OK + "}");
        }
    }

    @Test
    void anEndpointOfAnotherSchemeIsRefusedWithWhatIsAllowed() {
        assertThatThrownBy(() -> client(URI.create("tcp://127.0.0.1:61616"), CmqClientSettings.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("endpoint=tcp://127.0.0.1:61616")
                .hasMessageContaining("http://HOST[:PORT]");
    }

    private static CmqClient client(CmqServerDouble server) {
        return client(server.endpoint(), CmqClientSettings.DEFAULT);
    }

    private static CmqClient client(URI endpoint, CmqClientSettings settings) {
        return new CmqClient(endpoint, CmqServerDouble.CREDENTIAL, settings, InstantSource.fixed(NOON), new Random(1));
    }

    private static CmqRefusal refusal(CompletableFuture<?> call) {
        assertThat(failure(call)).isInstanceOf(CmqRefusal.class);
        return (CmqRefusal) failure(call);
    }

    private static Throwable failure(CompletableFuture<?> call) {
        var failure = catchThrowableOfType(CompletionException.class, call::join);
        assertThat(failure).isNotNull();
        return Objects.requireNonNull(failure.getCause());
    }
}
