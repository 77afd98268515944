/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.core.queue.NotForwardedException;
import io.quorummq.rest.http.TwoNodes.Node;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every node answers every request, does what is certain at most once, and waits no longer than somebody listens. */
final class ForwardingTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final TwoNodes nodes = new TwoNodes(Map.of("max-long-polls", "2", "max-waiting-requests", "2"));
    private final Node leader = nodes.first;
    private final Node follower = nodes.second;

    @BeforeEach
    void createQueue() {
        assertThat(leader.caller.call("CreateQueue", "queueName", "orders")).containsEntry("code", 0L);
    }

    @AfterEach
    void close() {
        nodes.close();
    }

    @Test
    void everyActionIsAnsweredThroughAFollowerByteForByteAsByTheLeader() {
        try (var local = new TwoNodes();
                var remote = new TwoNodes()) {
            var byLeader = everyAction(local.first);
            var throughFollower = everyAction(remote.second);

            assertThat(throughFollower).isEqualTo(byLeader);
            assertThat(byLeader)
                    .filteredOn(answer -> answer.startsWith("{\"code\":0,"))
                    .hasSize(17);
            assertThat(remote.forwarded).hasValue(byLeader.size());
            assertThat(remote.second.count("answered")).isEqualTo(byLeader.size());
            assertThat(local.forwarded).hasValue(0);
        }
    }

    private static List<String> everyAction(Node node) {
        var answers = new ArrayList<String>();
        for (var line : EVERY_ACTION.lines().toList()) {
            var words = new ArrayList<>(List.of(line.split(" ")));
            var handle = answers.isEmpty()
                    ? ""
                    : answers.get(answers.size() - 1).replaceAll("(?s).*\"receiptHandle\":\"(\\d+)\".*", "$1");
            words.replaceAll(word -> word.replace("@handle", handle));
            var parameters = words.stream()
                    .skip(1)
                    .flatMap(word -> List.of(word.split("=", 2)).stream())
                    .toArray(String[]::new);
            var authority = node.server.endpoints().get(0).getAuthority();
            answers.add(node.caller
                    .callForBytes(words.get(0), parameters)
                    .replaceFirst("\"requestId\":\"\\d+\"", "")
                    .replace(authority, "HOST"));
        }
        return answers;
    }

    private static final String EVERY_ACTION = """
            CreateQueue queueName=orders pollingWaitSeconds=0 clientRequestId=18446744073709551615
            CreateQueue queueName=ORDERS
            CreateQueue queueName=1
            CreateQueue queueName=dead
            SetQueueAttributes queueName=orders visibilityTimeout=60 deadLetterQueueName=dead policy=0 maxReceiveCount=5
            GetQueueAttributes queueName=orders
            GetQueueAttributes queueName=none
            ListQueue searchWord=o clientRequestId=7
            ListDeadLetterSourceQueues deadLetterQueueName=dead
            QueryQueueRoute queueName=orders
            SendMessage queueName=orders msgBody=h\u00e9llo&=+%/?#:;"'\u4e2d\u6587\ud83d\ude00
            SendMessage queueName=orders msgBody=once deduplicationId=id-1
            SendMessage queueName=orders msgBody=once deduplicationId=id-1
            SendMessage queueName=orders msgBody=
            SendMessage queueName=none msgBody=x
            BatchSendMessage queueName=orders msgBody.1=a msgBody.2=b delaySeconds=0
            ReceiveMessage queueName=orders
            DeleteMessage queueName=orders receiptHandle=@handle
            DeleteMessage queueName=orders receiptHandle=7
            ReceiveMessage queueName=orders pollingWaitSeconds=31
            ReceiveMessage queueName=orders pollingWaitSeconds=x
            BatchReceiveMessage queueName=orders numOfMsg=16
            BatchDeleteMessage queueName=orders receiptHandle.1=@handle receiptHandle.2=7
            BatchDeleteMessage queueName=orders receiptHandle.1=7
            ReceiveMessage queueName=orders
            ClearQueue queueName=orders
            UnbindDeadLetterQueue queueName=orders
            UnbindDeadLetterQueue queueName=orders
            DeleteQueue queueName=orders
            DeleteQueue queueName=orders""";

    @Test
    void theNodeThatIsAskedChecksTheSignatureAndTheActionItself() {
        var forged = follower.caller.signed("POST", "/v2/index.php", "ListQueue");
        forged.put("Signature", "AAAA");

        assertThat(follower.caller.post(forged)).containsEntry("code", 4100L);
        assertThat(follower.caller.call("NoSuchAction")).containsEntry("code", 4000L);
        assertThat(nodes.forwarded).hasValue(0);
    }

    @Test
    void whatProvedWhoSentARequestIsNotHandedOn() {
        var parameters = new ConcurrentLinkedQueue<String>();
        nodes.linkedBy((request, to) -> {
            parameters.addAll(CheckedRequest.decode(request).parameters().keySet());
            return to.server.forwarded(request);
        });

        follower.caller.call("GetQueueAttributes", "queueName", "orders");

        assertThat(parameters).contains("queueName", "SecretId").doesNotContain("Signature", "Nonce", "Timestamp");
    }

    @Test
    void aNodeThatDoesNotLeadDoesNothingOfAForwardedRequest() {
        nodes.lead(follower);
        var request = new CheckedRequest(
                1, 0, "SendMessage", Map.of("queueName", "orders", "msgBody", "x"), "host", Duration.ZERO);

        assertThat(leader.server.forwarded(request.encode()))
                .failsWithin(SOON)
                .withThrowableThat()
                .withCauseInstanceOf(NotForwardedException.class);
        assertThat(nodes.forwarded).hasValue(0);
        assertThat(active()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 30})
    void aNodeThatCannotReadAForwardedRequestDoesNothingOfIt(int length) {
        var bytes = new CheckedRequest(1, 0, "ListQueue", Map.of("a", "b"), "host", Duration.ZERO).encode();
        var broken = Arrays.copyOf(bytes, length);

        assertThat(leader.server.forwarded(broken))
                .failsWithin(SOON)
                .withThrowableThat()
                .withCauseInstanceOf(NotForwardedException.class);
    }

    @Test
    void aRequestWaitsForALeaderAndIsPerformedOnceWhenThereIsOne() {
        nodes.lead(null);
        var here = leader.caller.callAsync("SendMessage", "queueName", "orders", "msgBody", "here");
        var there = follower.caller.callAsync("SendMessage", "queueName", "orders", "msgBody", "there");
        await().until(() -> leader.waitingForLeader() == 1 && follower.waitingForLeader() == 1);
        assertThat(active()).isZero();

        nodes.lead(leader);

        assertThat(code(here)).isZero();
        assertThat(code(there)).isZero();
        assertThat(active()).isEqualTo(2);
        await().until(() -> leader.waitingForLeader() == 0 && follower.waitingForLeader() == 0);
    }

    @Test
    void aRequestThatFindsNoLeaderInTimeIsToldSo() {
        try (var impatient = new TwoNodes(Map.of("leader-wait-seconds", "1"))) {
            impatient.lead(null);

            for (var call : List.of("SendMessage", "ListQueue")) {
                assertThat(impatient.first.caller.call(call, "queueName", "orders", "msgBody", "x"))
                        .containsEntry("code", 6000L)
                        .containsEntry(
                                "message",
                                "(10050)server internal error (there is no leader at the moment, nothing was done)");
            }
        }
    }

    @Test
    void aReceiveWaitsForALeaderAsLongAsForAMessage() {
        nodes.lead(null);

        assertThat(follower.caller.call("ReceiveMessage", "queueName", "orders", "pollingWaitSeconds", "0"))
                .containsEntry("code", 6000L);
        assertThat(follower.caller.call("ReceiveMessage", "queueName", "orders", "pollingWaitSeconds", "1"))
                .containsEntry("code", 6000L);
    }

    @Test
    void theTimeThatAReceiveHasWaitedForALeaderIsPartOfItsPollingTime() {
        var waited = new ConcurrentLinkedQueue<Duration>();
        nodes.linkedBy((request, to) -> {
            waited.add(CheckedRequest.decode(request).waited());
            return to.server.forwarded(request);
        });
        nodes.lead(null);
        var receiving = follower.caller.callAsync("ReceiveMessage", "queueName", "orders", "pollingWaitSeconds", "20");
        await().until(() -> follower.waitingForLeader() == 1);

        nodes.lead(leader);
        await().until(() -> nodes.broker.waiters("orders") == 1);
        nodes.clock.advance(Duration.ofSeconds(20).minus(waited.element()));

        assertThat(waited.element()).isPositive();
        assertThat(code(receiving)).isEqualTo(7000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SendMessage", "ReceiveMessage", "BatchDeleteMessage", "ListQueue"})
    void aForwardedRequestWhoseFateIsUnknownIsAnsweredSoAtOnceAndNeverSentAgain(String action) {
        nodes.linkedBy((request, to) -> {
            CompletionStage<byte[]> done = to.server.forwarded(request);
            return done.<byte[]>thenApply(answer -> {
                        throw new IllegalStateException("the connection broke before the answer came");
                    })
                    .toCompletableFuture();
        });

        assertThat(follower.caller.call(
                        action,
                        "queueName",
                        "orders",
                        "msgBody",
                        "x",
                        "receiptHandle.1",
                        "7",
                        "pollingWaitSeconds",
                        "0"))
                .containsEntry("code", 6000L)
                .containsEntry(
                        "message",
                        "(10050)server internal error (the leader was lost, it is unknown whether this was done)");
        assertThat(nodes.forwarded).hasValue(1);
        assertThat(follower.count("unknown")).isEqualTo(1);
    }

    @Test
    void aForwardedReceiveThatIsNeverAnsweredIsGivenUpSoonAfterItsPollingTime() {
        var sent = new ConcurrentLinkedQueue<CompletableFuture<byte[]>>();
        nodes.linkedBy((request, to) -> {
            var never = new CompletableFuture<byte[]>();
            sent.add(never);
            return never;
        });

        assertThat(follower.caller.call("ReceiveMessage", "queueName", "orders", "pollingWaitSeconds", "1"))
                .containsEntry("code", 6000L);
        assertThat(sent).singleElement().satisfies(call -> assertThat(call).isCancelled());
    }

    @Test
    void aRequestThatWasNotTakenIsHandedOnAgain() {
        var refusals = new AtomicInteger(3);
        nodes.linkedBy((request, to) -> refusals.getAndDecrement() > 0
                ? CompletableFuture.failedFuture(new NotForwardedException("not yet"))
                : to.server.forwarded(request));

        assertThat(follower.caller.call("SendMessage", "queueName", "orders", "msgBody", "x"))
                .containsEntry("code", 0L);
        assertThat(active()).isEqualTo(1);
        assertThat(follower.count("not-taken")).isEqualTo(3);
        assertThat(follower.count("answered")).isEqualTo(1);
    }

    @Test
    void aRequestThatIsNeverTakenIsHandedOnInPausesAndNotForEver() {
        try (var impatient = new TwoNodes(Map.of("leader-wait-seconds", "2"))) {
            impatient.linkedBy((request, to) -> CompletableFuture.failedFuture(new NotForwardedException("no")));

            assertThat(impatient.second.caller.call("ListQueue")).containsEntry("code", 6000L);
            assertThat(impatient.forwarded.get()).isBetween(2, 8);
        }
    }

    @Test
    void aCallerThatLeavesEndsItsLongPollOnTheLeaderAndLeasesNothing() throws IOException {
        try (var leaving = longPoll(follower)) {
            await().until(() -> nodes.broker.waiters("orders") == 1);
            assertThat(leaving.isConnected()).isTrue();
        }

        await().until(() -> nodes.broker.waiters("orders") == 0);
        leader.caller.call("SendMessage", "queueName", "orders", "msgBody", "x");
        assertThat(follower.caller.call("ReceiveMessage", "queueName", "orders"))
                .containsEntry("dequeueCount", 1L);
        await().until(() -> follower.count("cancelled") == 1);
    }

    @Test
    void aCallerThatLeavesWhileThereIsNoLeaderIsNotServedAfterwards() throws IOException {
        nodes.lead(null);
        try (var leaving = RawHttp.connect(follower.server)) {
            leaving.getOutputStream().write(post(follower, "SendMessage", "queueName", "orders", "msgBody", "x"));
            await().until(() -> follower.waitingForLeader() == 1);
        }
        await().until(() -> follower.waitingForLeader() == 0);

        nodes.lead(leader);

        assertThat(leader.caller.call("ReceiveMessage", "queueName", "orders")).containsEntry("code", 7000L);
        assertThat(nodes.forwarded).hasValue(0);
    }

    @Test
    void forwardedReceivesCountAsLongPollsOnBothNodes() throws IOException {
        try (var one = longPoll(follower);
                var two = longPoll(follower)) {
            await().until(() -> nodes.broker.waiters("orders") == 2);

            assertThat(follower.caller.call("ReceiveMessage", "queueName", "orders", "pollingWaitSeconds", "9"))
                    .containsEntry("code", 4480L);
            assertThat(leader.caller.call("ReceiveMessage", "queueName", "orders", "pollingWaitSeconds", "9"))
                    .containsEntry("code", 4480L);
            assertThat(nodes.broker.waiters("orders")).isEqualTo(2);
            assertThat(one.isConnected() && two.isConnected()).isTrue();
        }
        await().until(() -> nodes.broker.waiters("orders") == 0);
    }

    @Test
    void moreRequestsThanMayWaitForALeaderAreRefused() {
        nodes.lead(null);
        var waiting = IntStream.range(0, 2)
                .mapToObj(i -> follower.caller.callAsync("ListQueue"))
                .toList();
        await().until(() -> follower.waitingForLeader() == 2);

        assertThat(follower.caller.call("ListQueue"))
                .containsEntry("code", 4480L)
                .extractingByKey("message")
                .asString()
                .contains("more than 2 requests are waiting");

        nodes.lead(leader);
        waiting.forEach(call -> assertThat(code(call)).isZero());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aReceiveThatWaitsWhenTheOfficeIsLostWaitsOnAtTheNextLeader(boolean forwarded) {
        var caller = forwarded ? follower.caller : leader.caller;
        var receiving = caller.callAsync("ReceiveMessage", "queueName", "orders", "pollingWaitSeconds", "30");
        await().until(() -> nodes.broker.waiters("orders") == 1);

        nodes.lead(null);
        nodes.broker.close();
        await().until(() -> nodes.broker.waiters("orders") == 0);
        await().until(() -> leader.waitingForLeader() + follower.waitingForLeader() == 1);
        nodes.lead(follower);
        await().until(() -> nodes.broker.waiters("orders") == 1);
        leader.caller.call("SendMessage", "queueName", "orders", "msgBody", "x");

        assertThat(receiving)
                .succeedsWithin(SOON)
                .satisfies(answer -> assertThat(answer).containsEntry("msgBody", "x"));
    }

    @Test
    void aForwardedReceiveWaitsOnAtTheNextLeaderWhenTheServerOfThisOneStops() {
        var receiving = follower.caller.callAsync("ReceiveMessage", "queueName", "orders", "pollingWaitSeconds", "30");
        await().until(() -> nodes.broker.waiters("orders") == 1);

        leader.server.close();
        nodes.lead(follower);
        await().until(() -> nodes.broker.waiters("orders") == 1);
        follower.caller.call("SendMessage", "queueName", "orders", "msgBody", "x");

        assertThat(receiving)
                .succeedsWithin(SOON)
                .satisfies(answer -> assertThat(answer).containsEntry("msgBody", "x"));
    }

    @Test
    void aSendThatIsUnderWayWhenTheOfficeIsLostIsOfUnknownFate() {
        var durable = new CompletableFuture<Void>();
        nodes.broker.sendsWaitFor(durable);
        var sending = leader.caller.callAsync("SendMessage", "queueName", "orders", "msgBody", "x");
        await().until(() -> active() == 1);

        nodes.lead(follower);
        durable.completeExceptionally(new IllegalStateException("fenced"));

        assertThat(code(sending)).isEqualTo(6000);
        assertThat(nodes.forwarded).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "orders"})
    void whatABrokerSaysOfItsQueuesWhileItLosesItsOfficeIsNotBelieved(String queue) {
        nodes.broker.onNextLook(() -> nodes.lead(follower));

        var answer = leader.caller.call("GetQueueAttributes", "queueName", queue);

        assertThat(answer).containsEntry("code", queue.equals("none") ? 4440L : 0L);
        assertThat(nodes.forwarded).hasValue(1);
    }

    @Test
    void aRequestThatWaitsWhenItsServerStopsIsToldThatNothingWasDone() {
        nodes.lead(null);
        var sending = follower.caller.callAsync("SendMessage", "queueName", "orders", "msgBody", "x");
        await().until(() -> follower.waitingForLeader() == 1);

        follower.server.close();

        assertThat(code(sending)).isEqualTo(6000);
    }

    @Test
    void aSendOfUnknownFateIsStoredOnceWhenItIsRepeatedUnderItsDeduplicationId() {
        var lossy = new AtomicInteger(1);
        nodes.linkedBy((request, to) -> to.server.forwarded(request).thenApply(answer -> {
            if (lossy.getAndDecrement() > 0) {
                throw new IllegalStateException("the connection broke before the answer came");
            }
            return answer;
        }));
        String[] send = {"queueName", "orders", "msgBody", "x", "deduplicationId", "order-4711"};

        var first = follower.caller.call("SendMessage", send);
        var second = follower.caller.call("SendMessage", send);
        var third = leader.caller.call("SendMessage", send);

        assertThat(first).containsEntry("code", 6000L);
        assertThat(second).containsEntry("code", 0L);
        assertThat(third.get("msgId")).isEqualTo(second.get("msgId"));
        assertThat(active()).isEqualTo(1);
        assertThat(leader.caller.call("ReceiveMessage", "queueName", "orders").get("msgId"))
                .isEqualTo(second.get("msgId"));
    }

    @Test
    void sendsOfOneDeduplicationIdThatRaceThroughBothNodesAreStoredOnce() {
        String[] send = {"queueName", "orders", "msgBody.1", "a", "msgBody.2", "b", "deduplicationId", "race"};
        var racing = IntStream.range(0, 20)
                .mapToObj(i -> (i % 2 == 0 ? leader : follower).caller.callAsync("BatchSendMessage", send))
                .toList();

        assertThat(racing.stream().map(call -> call.join().get("msgList")).distinct())
                .hasSize(1);
        assertThat(active()).isEqualTo(2);
    }

    private long active() {
        var orders = nodes.broker.queues().stream()
                .filter(queue -> queue.name().value().equals("orders"))
                .findFirst()
                .orElseThrow();
        return nodes.broker.counts(orders).active();
    }

    private static long code(CompletableFuture<Map<String, Object>> answer) {
        assertThat(answer).succeedsWithin(SOON);
        return answer.join().get("code") instanceof Long code ? code : -1;
    }

    private static Socket longPoll(Node node) throws IOException {
        var socket = RawHttp.connect(node.server);
        socket.getOutputStream().write(post(node, "ReceiveMessage", "queueName", "orders", "pollingWaitSeconds", "30"));
        return socket;
    }

    private static byte[] post(Node node, String action, String... namesAndValues) {
        var form = CmqCaller.encode(node.caller.signed("POST", "/v2/index.php", action, namesAndValues));
        var host = node.server.endpoints().get(0).getAuthority();
        return ("POST /v2/index.php HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: " + form.length() + "\r\n\r\n"
                        + form)
                .getBytes(ISO_8859_1);
    }
}
