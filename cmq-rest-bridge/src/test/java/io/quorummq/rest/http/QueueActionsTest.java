/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the actions on queues promise, over real HTTP. */
final class QueueActionsTest {
    private final CmqFixture fixture = new CmqFixture(Map.of("advertised-addresses", "a:1, b:2"));
    private final CmqCaller cmq = fixture.caller();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void aNewQueueHasTheDocumentedDefaultsAndEveryDocumentedMember() {
        var created = cmq.call("CreateQueue", "queueName", "orders");

        var attributes = cmq.call("GetQueueAttributes", "queueName", "ORDERS");

        var noon = CmqFixture.NOON.getEpochSecond();
        assertThat(String.valueOf(created.get("queueId"))).matches("queue-.{8}");
        assertThat(attributes)
                .containsEntry("queueName", "orders")
                .containsEntry("queueId", created.getOrDefault("queueId", ""))
                .containsEntry("maxMsgHeapNum", 100_000_000L)
                .containsEntry("pollingWaitSeconds", 0L)
                .containsEntry("visibilityTimeout", 30L)
                .containsEntry("maxMsgSize", 65_536L)
                .containsEntry("msgRetentionSeconds", 345_600L)
                .containsEntry("rewindSeconds", 0L)
                .containsEntry("createTime", noon)
                .containsEntry("lastModifyTime", noon)
                .containsEntry("activeMsgNum", 0L)
                .containsEntry("inactiveMsgNum", 0L)
                .containsEntry("delayMsgNum", 0L)
                .containsEntry("rewindMsgNum", 0L)
                .containsEntry("rewindmsgNum", 0L)
                .containsEntry("minMsgTime", 0L)
                .containsEntry("nextDelayedTime", 0L)
                .containsEntry("Bps", 52_428_800L)
                .containsEntry("qps", 5000L)
                .containsEntry("tags", List.of())
                .doesNotContainKey("deadLetterPolicy");
    }

    @Test
    void setQueueAttributesChangesWhatIsGivenAndAnswersAllOfIt() {
        fixture.broker.createUngoverned("from-jms");

        var set = cmq.call(
                "SetQueueAttributes",
                "queueName",
                "from-jms",
                "visibilityTimeout",
                "5",
                "maxMsgSize",
                "",
                "rewindSeconds",
                "60");

        assertThat(set)
                .containsEntry("code", 0L)
                .containsEntry("visibilityTimeout", 5L)
                .containsEntry("maxMsgSize", 65_536L)
                .containsEntry("rewindSeconds", 60L);
        assertThat(fixture.broker.queues().get(0).governed()).isTrue();
    }

    @Test
    void listsArePagedAndCountAllMatches() {
        for (var i = 0; i < 25; i++) {
            cmq.call("CreateQueue", "queueName", "q%02d".formatted(i));
        }
        cmq.call("CreateQueue", "queueName", "other");

        assertThat(names(cmq.call("ListQueue"))).hasSize(20);
        assertThat(cmq.call("ListQueue", "searchWord", "Q")).containsEntry("totalCount", 25L);
        assertThat(names(cmq.call("ListQueue", "searchWord", "q", "offset", "20", "limit", "50")))
                .containsExactly("q20", "q21", "q22", "q23", "q24");
        assertThat(names(cmq.call("ListQueue", "offset", "100", "limit", "1"))).isEmpty();
        assertThat(cmq.call("ListQueue", "offset", "1"))
                .containsEntry("message", "(10390)lacked of required parameter limit");
    }

    @Test
    void deadLettersAreBoundAsJsonOrFlatListedAndUnbound() {
        var target = cmq.call("CreateQueue", "queueName", "dead");
        cmq.call(
                "CreateQueue",
                "queueName",
                "flat",
                "deadLetterQueueName",
                "DEAD",
                "policy",
                "0",
                "maxReceiveCount",
                "3");
        var byAge = cmq.call(
                "CreateQueue",
                "queueName",
                "json",
                "deadLetterPolicy",
                "{\"deadLetterQueue\":\"dead\",\"policy\":1,\"maxTimeToLive\":3600}");

        var id = target.getOrDefault("queueId", "");
        assertThat(byAge).containsEntry("code", 0L);
        assertThat(cmq.call("GetQueueAttributes", "queueName", "flat"))
                .containsEntry(
                        "deadLetterPolicy", "{\"deadLetterQueue\":\"" + id + "\",\"policy\":0,\"maxReceiveCount\":3}");
        assertThat(cmq.call("GetQueueAttributes", "queueName", "json"))
                .containsEntry(
                        "deadLetterPolicy", "{\"deadLetterQueue\":\"" + id + "\",\"policy\":1,\"maxTimeToLive\":3600}");
        assertThat(names(cmq.call("ListDeadLetterSourceQueues", "deadLetterQueueName", "dead")))
                .containsExactly("flat", "json");
        assertThat(cmq.call("DeleteQueue", "queueName", "dead")).containsEntry("code", 4000L);
        assertThat(cmq.call("UnbindDeadLetterQueue", "queueName", "flat")).containsEntry("code", 0L);
        assertThat(cmq.call("UnbindDeadLetterQueue", "queueName", "json")).containsEntry("code", 0L);
        assertThat(cmq.call("DeleteQueue", "queueName", "dead")).containsEntry("code", 0L);
    }

    @Test
    void clearAndDeleteTakeTheMessagesAway() {
        cmq.call("CreateQueue", "queueName", "orders");
        cmq.call("SendMessage", "queueName", "orders", "msgBody", "x");

        assertThat(cmq.call("ClearQueue", "queueName", "orders")).containsEntry("code", 0L);
        assertThat(cmq.call("ReceiveMessage", "queueName", "orders")).containsEntry("code", 7000L);
        assertThat(cmq.call("DeleteQueue", "queueName", "orders")).containsEntry("code", 0L);
        assertThat(cmq.call("ReceiveMessage", "queueName", "orders")).containsEntry("code", 4440L);
        assertThat(cmq.call("CreateQueue", "queueName", "orders")).containsEntry("code", 0L);
    }

    @Test
    void theRouteOfAQueueIsTheAdvertisedAddressesElseTheHostOfTheRequest() {
        cmq.call("CreateQueue", "queueName", "orders");

        assertThat(cmq.call("QueryQueueRoute", "queueName", "orders")).containsEntry("addr", List.of("a:1", "b:2"));
        try (var plain = new CmqFixture()) {
            var caller = plain.caller();
            caller.call("CreateQueue", "queueName", "orders");
            assertThat(caller.call("QueryQueueRoute", "queueName", "orders"))
                    .containsEntry(
                            "addr", List.of(plain.server.endpoints().get(0).getAuthority()));
        }
    }

    private static List<String> names(Map<String, Object> answer) {
        assertThat(answer).containsKey("queueList");
        return answer.get("queueList") instanceof List<?> list
                ? list.stream()
                        .map(queue -> String.valueOf(((Map<?, ?>) queue).get("queueName")))
                        .toList()
                : List.of();
    }
}
