/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qcloud.cmq.Account;
import com.qcloud.cmq.CMQServerException;
import com.qcloud.cmq.Message;
import com.qcloud.cmq.QueueMeta;
import com.qcloud.cmq.entity.CmqConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The published Java SDK, unchanged but for its endpoint, drives every queue action that it has. */
final class PublishedSdkTest {
    /** The SDK signs with the wall clock. */
    private final Instant now = InstantSource.system().instant();

    private final CmqFixture fixture = new CmqFixture(now, Map.of());

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"POST,sha1", "POST,sha256", "GET,sha256"})
    void everyQueueActionWorks(String method, String hash) throws Exception {
        var account = account(method, hash);
        var meta = new QueueMeta();
        meta.visibilityTimeout = 20;
        account.createQueue("sdk-queue", meta);
        account.createQueue("sdk-other", new QueueMeta());
        var queue = account.getQueue("sdk-queue");

        var names = new ArrayList<String>();
        assertThat(account.listQueue("SDK", 0, 50, names)).isEqualTo(2);
        assertThat(names).containsExactly("sdk-other", "sdk-queue");
        var changed = new QueueMeta();
        changed.visibilityTimeout = 25;
        changed.rewindSeconds = 60;
        queue.setQueueAttributes(changed);
        var attributes = queue.getQueueAttributes();
        assertThat(attributes.visibilityTimeout).isEqualTo(25);
        assertThat(attributes.maxMsgSize).isEqualTo(1_048_576);
        assertThat(attributes.rewindSeconds).isEqualTo(60);

        var body = "héllo &=+%/?#:;\"' <x> 中文 😀\ttab\nline2 a_b";
        var id = queue.send(body).getMsgId();
        var received = queue.receiveMessage();
        assertThat(received.msgBody).isEqualTo(body);
        assertThat(received.msgId).isEqualTo(id);
        assertThat(received.dequeueCount).isEqualTo(1);
        assertThat(received.nextVisibleTime).isEqualTo(now.getEpochSecond() + 25);
        queue.deleteMessage(received.receiptHandle);

        queue.send("later", 10);
        assertThat(queue.getQueueAttributes().delayMsgNum).isEqualTo(1);
        assertThatThrownBy(queue::receiveMessage)
                .isInstanceOf(CMQServerException.class)
                .asString()
                .contains("7000");
        fixture.clock.advance(Duration.ofSeconds(10));
        queue.batchDeleteMessage(List.of(queue.receiveMessage().receiptHandle));

        var bodies = IntStream.range(0, 16).mapToObj(i -> "m" + i).toList();
        assertThat(queue.batchSend(bodies)).hasSize(16);
        var messages = queue.batchReceiveMessage(16);
        assertThat(messages).extracting((Message message) -> message.msgBody).containsExactlyElementsOf(bodies);
        queue.batchDeleteMessage(
                messages.stream().map(message -> message.receiptHandle).toList());
        assertThat(queue.getQueueAttributes().inactiveMsgNum).isZero();

        assertThatThrownBy(() -> queue.deleteMessage("123"))
                .isInstanceOf(CMQServerException.class)
                .asString()
                .contains("4430");
        assertThatThrownBy(() -> queue.rewindQueue(1)).isInstanceOf(CMQServerException.class);
        account.deleteQueue("sdk-queue");
        account.deleteQueue("sdk-other");
        assertThat(fixture.broker.queues()).isEmpty();
    }

    private Account account(String method, String hash) {
        var config = new CmqConfig();
        config.setEndpoint(fixture.server.endpoints().get(0).toString());
        config.setSecretId(CmqFixture.CREDENTIAL.secretId());
        config.setSecretKey(CmqFixture.CREDENTIAL.secretKey());
        config.setMethod(method);
        config.setSignMethod(hash);
        return new Account(config);
    }
}
