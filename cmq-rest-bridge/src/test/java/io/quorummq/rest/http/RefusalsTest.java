/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every refusal of the queue half of CMQ's error table, in CMQ's own words, over real HTTP. */
final class RefusalsTest {
    private final CmqFixture fixture = new CmqFixture(Map.of(
            "max-queues", "12",
            "max-delay-seconds", "3600",
            "max-message-bytes", "20000",
            "leader-wait-seconds", "0",
            "max-request-bytes", "4000000"));
    private final CmqCaller cmq = fixture.caller();

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            CreateQueue | queueName=1abc                                   | 4000 (10020)queue name format error
            CreateQueue | queueName=a.b                                    | 4000 (10020)queue name format error
            CreateQueue | queueName=                                       | 4000 (10390)lacked of required parameter queueName
            CreateQueue |                                                  | 4000 (10390)lacked of required parameter queueName
            CreateQueue | queueName=ORDERS                                 | 4460 (10210)queue is already existed,case insensitive
            CreateQueue | queueName=n pollingWaitSeconds=31                | 4000 (10350)parameter pollingWaitSeconds value or length is out of range
            CreateQueue | queueName=n visibilityTimeout=0                  | 4000 (10350)parameter visibilityTimeout value or length is out of range
            CreateQueue | queueName=n visibilityTimeout=43201              | 4000 (10350)parameter visibilityTimeout value or length is out of range
            CreateQueue | queueName=n visibilityTimeout=x                  | 4000 (10360)parameter visibilityTimeout error type
            CreateQueue | queueName=n visibilityTimeout=99999999999        | 4000 (10350)parameter visibilityTimeout value or length is out of range
            CreateQueue | queueName=n maxMsgSize=1023                      | 4000 (10350)parameter maxMsgSize value or length is out of range
            CreateQueue | queueName=n maxMsgSize=20001                     | 4000 (10350)parameter maxMsgSize value or length is out of range
            CreateQueue | queueName=n maxMsgHeapNum=999999                 | 4000 (10350)parameter maxMsgHeapNum value or length is out of range
            CreateQueue | queueName=n msgRetentionSeconds=29               | 4000 (10350)parameter msgRetentionSeconds value or length is out of range
            CreateQueue | queueName=n msgRetentionSeconds=1296001          | 4000 (10350)parameter msgRetentionSeconds value or length is out of range
            CreateQueue | queueName=n rewindSeconds=61 msgRetentionSeconds=60 | 4000 (10700)rewindSeconds cannot be greater than msgRetentionSeconds
            CreateQueue | queueName=n deadLetterPolicy=nonsense            | 4000 (10710)deadLetterPolicy must be a json string
            CreateQueue | queueName=n deadLetterPolicy=[1]                 | 4000 (10710)deadLetterPolicy must be a json string
            CreateQueue | queueName=n deadLetterPolicy={"policy":0}        | 4000 (10760)the deadLetterPolicy must has deadLetterQueue member, only be a string
            CreateQueue | queueName=n deadLetterPolicy={"deadLetterQueue":1,"policy":0} | 4000 (10760)the deadLetterPolicy must has deadLetterQueue member, only be a string
            CreateQueue | queueName=n deadLetterPolicy={"deadLetterQueue":"dead","policy":2} | 4000 (10770)the deadLetterPolicy must has policy member , only set 0 or 1
            CreateQueue | queueName=n deadLetterPolicy={"deadLetterQueue":"dead","policy":0} | 4000 (10720)deadLetterPolicy params error,please check it
            CreateQueue | queueName=n deadLetterPolicy={"deadLetterQueue":"dead","policy":0,"maxReceiveCount":1001} | 4000 (10720)deadLetterPolicy params error,please check it
            CreateQueue | queueName=n deadLetterPolicy={"deadLetterQueue":"dead","policy":1,"maxTimeToLive":299} | 4000 (10720)deadLetterPolicy params error,please check it
            CreateQueue | queueName=n msgRetentionSeconds=300 deadLetterPolicy={"deadLetterQueue":"dead","policy":1,"maxTimeToLive":300} | 4000 (10720)deadLetterPolicy params error,please check it
            CreateQueue | queueName=n deadLetterPolicy={"deadLetterQueue":"none","policy":0,"maxReceiveCount":1} | 4000 (10730)deadLetter queue not exist
            CreateQueue | queueName=n deadLetterPolicy={"deadLetterQueue":"source","policy":0,"maxReceiveCount":1} | 4000 (10740)deadLetter queue is not allowed to nest
            SetQueueAttributes | queueName=dead deadLetterQueueName=orders policy=0 maxReceiveCount=1 | 4000 (10740)deadLetter queue is not allowed to nest
            SetQueueAttributes | queueName=orders deadLetterQueueName=orders policy=0 maxReceiveCount=1 | 4000 (10740)deadLetter queue is not allowed to nest
            SetQueueAttributes | queueName=none                            | 4440 (10100)queue is not existed, or deleted
            UnbindDeadLetterQueue | queueName=orders                       | 4000 (10730)deadLetter queue not exist
            DeleteQueue | queueName=dead                                   | 4000 (10750)it is not allowed to be deleted when the queue is dead letter queue
            DeleteQueue | queueName=none                                   | 4440 (10100)queue is not existed, or deleted
            GetQueueAttributes | queueName=none                            | 4440 (10100)queue is not existed, or deleted
            ClearQueue | queueName=none                                    | 4440 (10100)queue is not existed, or deleted
            QueryQueueRoute | queueName=none                               | 4440 (10100)queue is not existed, or deleted
            ListDeadLetterSourceQueues | deadLetterQueueName=1             | 4000 (10020)queue name format error
            ListQueue | offset=0 limit=51                                  | 4000 (10350)parameter limit value or length is out of range
            ListQueue | offset=-1 limit=1                                  | 4000 (10350)parameter offset value or length is out of range
            SendMessage | queueName=none msgBody=x                         | 4440 (10100)queue is not existed, or deleted
            SendMessage | queueName=orders                                 | 4000 (10390)lacked of required parameter msgBody
            SendMessage | queueName=orders msgBody=                        | 4000 (10120)message body can't be empty
            SendMessage | queueName=orders msgBody=x delaySeconds=3601     | 4000 (10692)delay seconds is out of range
            SendMessage | queueName=orders msgBody=x delaySeconds=-1       | 4000 (10692)delay seconds is out of range
            SendMessage | queueName=orders msgBody=x delaySeconds=99999999999 | 4000 (10692)delay seconds is out of range
            SendMessage | queueName=orders msgBody=x delaySeconds=1.5      | 4000 (10360)parameter delaySeconds error type
            SendMessage | queueName=orders msgBody=x deduplicationId=      | 4000 (10350)parameter deduplicationId value or length is out of range
            SendMessage | queueName=orders msgBody=x deduplicationId=é     | 4000 (10350)parameter deduplicationId value or length is out of range
            SendMessage | queueName=orders msgBody=x deduplicationId.1=a   | 4000 (10330)parameter deduplicationId is NOT a repeatable parameter
            BatchSendMessage | queueName=orders msgBody.1=x deduplicationId.1=a | 4000 (10330)parameter deduplicationId is NOT a repeatable parameter
            BatchSendMessage | queueName=orders                            | 4000 (10390)lacked of required parameter msgBody.n
            BatchSendMessage | queueName=orders msgBody.1=a msgBody.3=b    | 4000 (10380)msgBody parameter is not consequent
            BatchSendMessage | queueName=orders msgBody.2=a                | 4000 (10380)msgBody parameter is not consequent
            BatchSendMessage | queueName=orders msgBody.x=a                | 4000 (10310)error: parameter msgBody.x key format error
            BatchSendMessage | queueName=orders msgBody.01=a               | 4000 (10310)error: parameter msgBody.01 key format error
            BatchSendMessage | queueName=orders msgBody.=a                 | 4000 (10310)error: parameter msgBody. key format error
            BatchSendMessage | queueName=orders msgBody.1=a msgBody.2=     | 4000 (10120)message body can't be empty
            ReceiveMessage | queueName=orders                              | 7000 (10200)no message
            ReceiveMessage | queueName=orders pollingWaitSeconds=31        | 4000 (10350)parameter pollingWaitSeconds value or length is out of range
            ReceiveMessage | queueName=none                                | 4440 (10100)queue is not existed, or deleted
            BatchReceiveMessage | queueName=orders                         | 4000 (10390)lacked of required parameter numOfMsg
            BatchReceiveMessage | queueName=orders numOfMsg=17             | 4000 (10370)numOfMsg parameter batch size is out of range
            BatchReceiveMessage | queueName=orders numOfMsg=0              | 4000 (10370)numOfMsg parameter batch size is out of range
            DeleteMessage | queueName=orders                               | 4000 (10390)lacked of required parameter receiptHandle
            DeleteMessage | queueName=orders receiptHandle=12345           | 4430 (10260)receipt handle is invalid
            DeleteMessage | queueName=orders receiptHandle=not-ours        | 4430 (10260)receipt handle is invalid
            DeleteMessage | queueName=orders receiptHandle=a,b             | 4000 (10470)receiptHandle error
            BatchDeleteMessage | queueName=orders receiptHandle.1=         | 4000 (10470)receiptHandle error
            BatchDeleteMessage | queueName=orders receiptHandle.1=7        | 6020 (10290)batch delete message failed
            BatchDeleteMessage | queueName=orders                          | 4000 (10390)lacked of required parameter receiptHandle.n
            RewindQueue | queueName=orders startConsumeTime=1              | 4000 (10430)action name RewindQueue is not existed
            CreateTopic | topicName=t                                      | 4000 (10430)action name CreateTopic is not existed
            """)
    void eachIsAnsweredInCmqsWords(String action, String parameters, String expected) {
        cmq.call("CreateQueue", "queueName", "orders");
        cmq.call("CreateQueue", "queueName", "dead");
        cmq.call(
                "CreateQueue",
                "queueName",
                "source",
                "deadLetterQueueName",
                "dead",
                "policy",
                "0",
                "maxReceiveCount",
                "1");

        var answer = cmq.call(action, split(parameters));

        assertThat(answer.get("code") + " " + answer.get("message")).startsWith(expected);
        assertThat(answer).containsKey("requestId").containsEntry("clientRequestId", 0L);
    }

    @Test
    void aDeduplicationIdIsOfUpTo127VisibleAsciiCharacters() {
        cmq.call("CreateQueue", "queueName", "orders");
        var longest = "!~" + "x".repeat(125);

        for (var bad : List.of(longest + "x", "with blank", "tab\t", "\u007f")) {
            assertThat(cmq.call("SendMessage", "queueName", "orders", "msgBody", "x", "deduplicationId", bad))
                    .containsEntry("code", 4000L)
                    .extractingByKey("message")
                    .asString()
                    .startsWith("(10350)")
                    .contains("1 to 127 visible ASCII characters");
        }
        assertThat(cmq.call("SendMessage", "queueName", "orders", "msgBody", "x", "deduplicationId", longest))
                .containsEntry("code", 0L);
    }

    @Test
    void aBatchOfMoreThanSixteenIsRefused() {
        cmq.call("CreateQueue", "queueName", "orders");
        var parameters = new ArrayList<String>(List.of("queueName", "orders"));
        for (var i = 1; i <= 17; i++) {
            parameters.add("msgBody." + i);
            parameters.add("x");
        }

        assertThat(cmq.call("BatchSendMessage", parameters.toArray(String[]::new)))
                .containsEntry("code", 4000L)
                .extractingByKey("message")
                .asString()
                .startsWith("(10370)msgBody parameter batch size is out of range");
    }

    @Test
    void aBatchOfMoreThanAMegabyteIsRefusedAsAWhole() {
        try (var large = new CmqFixture(Map.of("max-request-bytes", "4000000"))) {
            var caller = large.caller();
            large.broker.createUngoverned("from-jms");
            var parameters = new ArrayList<String>(List.of("queueName", "from-jms"));
            for (var i = 1; i <= 16; i++) {
                parameters.add("msgBody." + i);
                parameters.add("x".repeat(i < 16 ? 65_536 : 65_537));
            }

            assertThat(caller.call("BatchSendMessage", parameters.toArray(String[]::new)))
                    .containsEntry("code", 4470L)
                    .extractingByKey("message")
                    .asString()
                    .startsWith("(10300)total message size exceed 1MB");
            assertThat(caller.call("ReceiveMessage", "queueName", "from-jms")).containsEntry("code", 7000L);
        }
    }

    @Test
    void sizesAreBoundByTheQueueAndOnUngovernedQueuesByTheApiAlone() {
        cmq.call("CreateQueue", "queueName", "small", "maxMsgSize", "1024");
        fixture.broker.createUngoverned("from-jms");

        assertThat(cmq.call("SendMessage", "queueName", "small", "msgBody", "é".repeat(512)))
                .containsEntry("code", 0L);
        assertThat(cmq.call("SendMessage", "queueName", "small", "msgBody", "é".repeat(512) + "x"))
                .containsEntry("code", 4400L)
                .extractingByKey("message")
                .asString()
                .startsWith("(10230)exceed maximum message size");
        assertThat(cmq.call("SendMessage", "queueName", "from-jms", "msgBody", "x".repeat(20_000)))
                .containsEntry("code", 0L);
        assertThat(cmq.call("SendMessage", "queueName", "from-jms", "msgBody", "x".repeat(20_001)))
                .containsEntry("code", 4400L);
    }

    @Test
    void aFullQueueRefusesSendsWhenItIsGoverned() {
        cmq.call("CreateQueue", "queueName", "orders", "maxMsgHeapNum", "1000000");
        fixture.broker.createUngoverned("from-jms");
        fixture.broker.pretend(999_999);

        assertThat(cmq.call("SendMessage", "queueName", "orders", "msgBody", "last"))
                .containsEntry("code", 0L);
        assertThat(cmq.call("SendMessage", "queueName", "orders", "msgBody", "one too many"))
                .containsEntry("code", 4410L)
                .extractingByKey("message")
                .asString()
                .startsWith("(10240)reach maximum retention number of message");
        assertThat(cmq.call("SendMessage", "queueName", "from-jms", "msgBody", "x"))
                .containsEntry("code", 0L);
    }

    @Test
    void oneQueueTooManyAndOneDeadLetterSourceTooManyAreRefused() {
        cmq.call("CreateQueue", "queueName", "dead");
        for (var i = 0; i < 6; i++) {
            assertThat(bind("source" + i)).containsEntry("code", 0L);
        }
        assertThat(bind("source6"))
                .containsEntry("code", 4000L)
                .extractingByKey("message")
                .asString()
                .startsWith("(10780)the deadLetter Queue bind too many times");
        assertThat(cmq.call(
                        "SetQueueAttributes",
                        "queueName",
                        "source5",
                        "deadLetterQueueName",
                        "dead",
                        "policy",
                        "0",
                        "maxReceiveCount",
                        "9"))
                .containsEntry("code", 0L);
        for (var i = 0; i < 5; i++) {
            assertThat(cmq.call("CreateQueue", "queueName", "q" + i)).containsEntry("code", 0L);
        }
        assertThat(cmq.call("CreateQueue", "queueName", "q5"))
                .containsEntry("code", 4450L)
                .extractingByKey("message")
                .asString()
                .startsWith("(10220)number of queues has reached the limit");
    }

    @Test
    void aBugIsAnsweredAsTheActionsFailureAndTellsNothing() {
        cmq.call("CreateQueue", "queueName", "orders");
        fixture.broker.failWith(new IllegalStateException("secret detail"));

        assertThat(cmq.call("SendMessage", "queueName", "orders", "msgBody", "x"))
                .containsEntry("code", 6000L)
                .containsEntry("message", "(10090)send message failed");
        assertThat(cmq.call("ReceiveMessage", "queueName", "orders"))
                .containsEntry("message", "(10130)recieve message failed");
        assertThat(cmq.call("DeleteMessage", "queueName", "orders", "receiptHandle", "1"))
                .containsEntry("message", "(10140)delete message failed");
        assertThat(cmq.call("ClearQueue", "queueName", "orders"))
                .containsEntry("message", "(10050)server internal error");
    }

    @Test
    void withoutAnActiveBrokerCallsFailButTheServerAnswers() {
        fixture.active = false;

        assertThat(cmq.call("ListQueue"))
                .containsEntry("code", 6000L)
                .extractingByKey("message")
                .asString()
                .startsWith("(10050)server internal error");
    }

    @Test
    void createsThatRaceMakeOneQueue() {
        var calls = new ArrayList<CompletableFuture<Map<String, Object>>>();
        for (var i = 0; i < 20; i++) {
            calls.add(cmq.callAsync("CreateQueue", "queueName", i % 2 == 0 ? "race" : "RACE"));
        }

        assertThat(calls.stream().map(call -> call.join().get("code")).toList())
                .containsOnlyOnce(0L)
                .containsOnly(0L, 4460L);
    }

    private Map<String, Object> bind(String source) {
        return cmq.call(
                "CreateQueue",
                "queueName",
                source,
                "deadLetterQueueName",
                "dead",
                "policy",
                "0",
                "maxReceiveCount",
                "5");
    }

    private static String[] split(@Nullable String parameters) {
        var parts = new ArrayList<String>();
        for (var parameter : parameters == null ? new String[0] : parameters.split(" ")) {
            var equals = parameter.indexOf('=');
            parts.add(parameter.substring(0, equals));
            parts.add(parameter.substring(equals + 1));
        }
        return parts.toArray(String[]::new);
    }
}
