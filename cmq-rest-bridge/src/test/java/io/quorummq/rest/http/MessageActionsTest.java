/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the actions on messages promise, over real HTTP. */
final class MessageActionsTest {
    private final CmqFixture fixture = new CmqFixture();
    private final CmqCaller cmq = fixture.caller();

    @BeforeEach
    void createQueue() {
        assertThat(cmq.call("CreateQueue", "queueName", "orders")).containsEntry("code", 0L);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void whatIsSentIsReceivedOnceAndDeleted() {
        var sent = cmq.call("SendMessage", "queueName", "orders", "msgBody", "héllo &=+%/?#:;\"' 中文 😀\ttab\nline");

        var received = cmq.call("ReceiveMessage", "queueName", "orders");
        var again = cmq.call("ReceiveMessage", "queueName", "orders");
        var deleted =
                cmq.call("DeleteMessage", "queueName", "orders", "receiptHandle", text(received, "receiptHandle"));

        var noon = CmqFixture.NOON.getEpochSecond();
        assertThat(received)
                .containsEntry("code", 0L)
                .containsEntry("msgBody", "héllo &=+%/?#:;\"' 中文 😀\ttab\nline")
                .containsEntry("msgId", text(sent, "msgId"))
                .containsEntry("enqueueTime", noon)
                .containsEntry("firstDequeueTime", noon)
                .containsEntry("nextVisibleTime", noon + 30)
                .containsEntry("dequeueCount", 1L);
        assertThat(again).containsEntry("code", 7000L).containsEntry("message", "(10200)no message");
        assertThat(deleted).containsEntry("code", 0L).containsEntry("message", "");
        assertThat(fixture.broker.queues()).hasSize(1);
        fixture.clock.advance(Duration.ofSeconds(31));
        assertThat(cmq.call("ReceiveMessage", "queueName", "orders")).containsEntry("code", 7000L);
    }

    @Test
    void anUndeletedMessageComesBackWithANewHandleAndTheOldOneIsRefused() {
        cmq.call("SendMessage", "queueName", "orders", "msgBody", "again");
        var first = cmq.call("ReceiveMessage", "queueName", "orders");

        fixture.clock.advance(Duration.ofSeconds(30));
        var second = cmq.call("ReceiveMessage", "queueName", "orders");

        assertThat(second)
                .containsEntry("dequeueCount", 2L)
                .containsEntry("firstDequeueTime", CmqFixture.NOON.getEpochSecond());
        assertThat(cmq.call("DeleteMessage", "queueName", "orders", "receiptHandle", text(first, "receiptHandle")))
                .containsEntry("code", 4430L)
                .extractingByKey("message")
                .asString()
                .startsWith("(10260)receipt handle is invalid");
    }

    @Test
    void aDelayedMessageIsCountedAndBecomesVisibleAfterItsDelay() {
        cmq.call("SendMessage", "queueName", "orders", "msgBody", "later", "delaySeconds", "10");

        assertThat(cmq.call("GetQueueAttributes", "queueName", "orders"))
                .containsEntry("delayMsgNum", 1L)
                .containsEntry("activeMsgNum", 0L)
                .containsEntry(
                        "nextDelayedTime", CmqFixture.NOON.plusSeconds(10).getEpochSecond());
        assertThat(cmq.call("ReceiveMessage", "queueName", "orders")).containsEntry("code", 7000L);
        fixture.clock.advance(Duration.ofSeconds(10));
        assertThat(cmq.call("GetQueueAttributes", "queueName", "orders")).containsEntry("nextDelayedTime", 0L);
        assertThat(cmq.call("ReceiveMessage", "queueName", "orders")).containsEntry("msgBody", "later");
    }

    @Test
    void batchesKeepTheOrderOfTheirIndicesFromZeroOrOne() {
        var fromZero = new ArrayList<String>(List.of("queueName", "orders"));
        for (var i = 0; i < 16; i++) {
            fromZero.add("msgBody." + i);
            fromZero.add("b" + i);
        }
        var sent = cmq.call("BatchSendMessage", fromZero.toArray(String[]::new));
        assertThat(sent).extractingByKey("msgList").asInstanceOf(LIST).hasSize(16);
        assertThat(cmq.call("BatchSendMessage", "queueName", "orders", "msgBody.2", "c2", "msgBody.1", "c1"))
                .extractingByKey("msgList")
                .asInstanceOf(LIST)
                .hasSize(2);

        var first = cmq.call("BatchReceiveMessage", "queueName", "orders", "numOfMsg", "16");
        var rest = cmq.call("BatchReceiveMessage", "queueName", "orders", "numOfMsg", "16");

        assertThat(bodies(first))
                .containsExactly(
                        "b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "b10", "b11", "b12", "b13", "b14",
                        "b15");
        assertThat(bodies(rest)).containsExactly("c1", "c2");
    }

    @Test
    void batchDeleteListsWhatItCouldNotDelete() {
        cmq.call("BatchSendMessage", "queueName", "orders", "msgBody.1", "a", "msgBody.2", "b");
        var received = messages(cmq.call("BatchReceiveMessage", "queueName", "orders", "numOfMsg", "16"));

        var partly = cmq.call(
                "BatchDeleteMessage",
                "queueName",
                "orders",
                "receiptHandle.1",
                text(received.get(0), "receiptHandle"),
                "receiptHandle.2",
                "4364564575");
        var none = cmq.call("BatchDeleteMessage", "queueName", "orders", "receiptHandle.1", "4364564575");
        var all = cmq.call(
                "BatchDeleteMessage", "queueName", "orders", "receiptHandle.0", text(received.get(1), "receiptHandle"));

        assertThat(partly)
                .containsEntry("code", 6010L)
                .containsEntry("message", "(10150)delete message partially failed")
                .containsEntry(
                        "errorList",
                        List.of(Map.of(
                                "code",
                                4430L,
                                "message",
                                "(10260)receipt handle is invalid",
                                "receiptHandle",
                                "4364564575")));
        assertThat(none)
                .containsEntry("code", 6020L)
                .containsEntry("message", "(10290)batch delete message failed")
                .containsKey("errorList");
        assertThat(all).containsEntry("code", 0L).doesNotContainKey("errorList");
    }

    @Test
    void aLongPollIsAnsweredAsSoonAsAMessageIsThere() {
        var waiting = cmq.callAsync("ReceiveMessage", "queueName", "orders", "pollingWaitSeconds", "30");
        await().until(() -> fixture.broker.waiters("orders") == 1);

        cmq.call("SendMessage", "queueName", "orders", "msgBody", "at once");

        assertThat(waiting)
                .succeedsWithin(Duration.ofSeconds(10))
                .satisfies(received -> assertThat(received).containsEntry("msgBody", "at once"));
    }

    @Test
    void aLongPollEndsWithNoMessageAfterTheTimeThatTheCallerOrTheQueueSays() {
        cmq.call("CreateQueue", "queueName", "patient", "pollingWaitSeconds", "20");
        var byCaller = cmq.callAsync("ReceiveMessage", "queueName", "patient", "pollingWaitSeconds", "5");
        var byQueue = cmq.callAsync("BatchReceiveMessage", "queueName", "patient", "numOfMsg", "3");
        var atOnce = cmq.call("ReceiveMessage", "queueName", "patient", "pollingWaitSeconds", "0");
        await().until(() -> fixture.broker.waiters("patient") == 2);

        fixture.clock.advance(Duration.ofSeconds(5));
        var first = byCaller.join();
        assertThat(byQueue).isNotDone();
        fixture.clock.advance(Duration.ofSeconds(15));

        assertThat(atOnce).containsEntry("code", 7000L);
        assertThat(first).containsEntry("code", 7000L);
        assertThat(byQueue.join()).containsEntry("code", 7000L);
    }

    @Test
    void numbersAreNumbersAndIdsAreStrings() {
        var sent = cmq.call(
                "SendMessage", "queueName", "orders", "msgBody", "x", "clientRequestId", "18446744073709551615");

        assertThat(sent.get("msgId")).isInstanceOf(String.class);
        assertThat(text(sent, "requestId")).matches("\\d{15,19}");
        assertThat(sent)
                .containsEntry("clientRequestId", new java.math.BigInteger("18446744073709551615"))
                .containsEntry("codeDesc", "Success");
        assertThat(cmq.call("SendMessage", "queueName", "orders", "msgBody", "x"))
                .containsEntry("clientRequestId", 0L);
    }

    private static String text(Map<?, ?> members, String name) {
        return String.valueOf(members.get(name));
    }

    private static List<Map<?, ?>> messages(Map<String, Object> answer) {
        assertThat(answer).containsKey("msgInfoList");
        return answer.get("msgInfoList") instanceof List<?> list
                ? list.stream().<Map<?, ?>>map(Map.class::cast).toList()
                : List.of();
    }

    private static List<String> bodies(Map<String, Object> answer) {
        return messages(answer).stream()
                .map(message -> text(message, "msgBody"))
                .toList();
    }
}
