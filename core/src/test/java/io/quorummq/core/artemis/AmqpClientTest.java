/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static io.quorummq.core.artemis.TestEngine.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.core.message.Delivery;
import io.quorummq.core.queue.QueueAttributes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.types.messaging.AmqpSequence;
import org.apache.qpid.protonj2.types.messaging.AmqpValue;
import org.apache.qpid.protonj2.types.messaging.Data;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** AMQP clients that are no JMS clients: what is accepted is kept, and what is refused says why. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AmqpClientTest {
    private TestEngine engine;
    private AmqpClient client;

    @BeforeAll
    void open(@TempDir Path home) throws Exception {
        var standard = EngineSettings.DEFAULT;
        engine = TestEngine.with(
                home,
                "",
                new EngineSettings(
                        standard.leasedMessagesMax(),
                        standard.leasedBytesMax(),
                        standard.brokerLeasedMessagesMax(),
                        standard.brokerLeasedBytesMax(),
                        3,
                        standard.delayedBytesMax(),
                        standard.delayMax(),
                        standard.ageScan(),
                        List.of("as-sent", "fleeting.*")));
        client = new AmqpClient(engine);
    }

    @AfterAll
    void close() {
        client.close();
        engine.close();
    }

    private void restart() throws Exception {
        client.close();
        engine.restart();
        client = new AmqpClient(engine);
    }

    private String text(String queue) {
        var received = engine.receiveFrom(queue, 1, Duration.ofSeconds(5));
        assertThat(received).hasSize(1);
        engine.delete(queue, received.get(0));
        return received.get(0).body();
    }

    @Test
    void acceptedMessageWithoutAHeaderSurvivesARestart() throws Exception {
        engine.create("governed", QueueAttributes.DEFAULT);
        for (var address : List.of("new-address", "governed")) {
            assertThat(client.send(address, Message.create("kept")).isAccepted())
                    .isTrue();
            assertThat(client.send(address, Message.create("kept too").durable(false))
                            .isAccepted())
                    .isTrue();
            var large = Message.create(new byte[300_000]).durable(false);
            assertThat(client.send(address.equals("governed") ? "new-large" : address, large)
                            .isAccepted())
                    .isTrue();
        }

        restart();

        assertThat(text("new-address")).isEqualTo("kept");
        assertThat(text("new-address")).isEqualTo("kept too");
        assertThat(text("new-address")).hasSize(300_000);
        assertThat(text("new-large")).hasSize(300_000);
        assertThat(text("governed")).isEqualTo("kept");
        assertThat(text("governed")).isEqualTo("kept too");
    }

    @Test
    void anonymousSenderToANewAddressLosesNothing() throws Exception {
        try (var sender = client.connection().openAnonymousSender()) {
            var tracker = sender.send(Message.create("somewhere").to("never-seen-before"));
            assertThat(tracker.settlementFuture().get(10, TimeUnit.SECONDS).remoteState())
                    .extracting(DeliveryState::isAccepted)
                    .isEqualTo(true);
        }

        restart();

        assertThat(text("never-seen-before")).isEqualTo("somewhere");
    }

    @Test
    void asSentAddressesKeepWhatIsDurableOnly() throws Exception {
        for (var address : List.of("as-sent", "fleeting.one")) {
            assertThat(client.send(address, Message.create("from memory")).isAccepted())
                    .isTrue();
            assertThat(client.send(address, Message.create("on disk").durable(true))
                            .isAccepted())
                    .isTrue();
        }

        restart();

        try (var receiver = client.connection().openReceiver("as-sent");
                var other = client.connection().openReceiver("fleeting.one")) {
            for (var one : List.of(receiver, other)) {
                var received = one.receive(5, TimeUnit.SECONDS);
                assertThat(received).isNotNull();
                assertThat(received.message().body()).isEqualTo("on disk");
                assertThat(one.receive(200, TimeUnit.MILLISECONDS)).isNull();
            }
        }
    }

    @Test
    void whatBreaksARuleIsRejected() throws Exception {
        engine.create("small", Attributes.maxMessageBytes(1024));
        engine.create("short", Attributes.maxMessages(1));
        client.send("short", Message.create("first"));

        assertRefused("small", Message.create("x".repeat(1025)));
        assertRefused("small", Message.create(new byte[400_000]));
        assertRefused("short", Message.create("second"));
    }

    @Test
    void tooManyDelayedMessagesAreRefused() throws Exception {
        engine.create("delays", QueueAttributes.DEFAULT);
        for (int i = 0; i < 3; i++) {
            assertThat(client.send("delays", delayed()).isAccepted()).isTrue();
        }

        assertRefused("delays", delayed());
        assertThat(client.send("delays", Message.create("now")).isAccepted()).isTrue();
    }

    private static Message<String> delayed() throws Exception {
        return Message.create("later").annotation("x-opt-delivery-delay", 60_000);
    }

    /** The condition itself is in what Qpid JMS throws, see {@link QueueRulesTest}; this client keeps it to itself. */
    private void assertRefused(String address, Message<?> message) throws Exception {
        assertThat(client.send(address, message).getType()).isEqualTo(DeliveryState.Type.REJECTED);
    }

    @Test
    void bodiesOfSeveralSectionsAndOfOtherTypesAreWholeOverCmq() throws Exception {
        engine.create("bodies", QueueAttributes.DEFAULT);
        var parts = Message.<byte[]>create().toAdvancedMessage();
        parts.addBodySection(new Data("ein ".getBytes(StandardCharsets.UTF_8)));
        parts.addBodySection(new Data("Satz".getBytes(StandardCharsets.UTF_8)));
        client.send("bodies", parts);
        assertThat(text("bodies")).isEqualTo("ein Satz");

        var lists = Message.<List<Object>>create().toAdvancedMessage();
        lists.addBodySection(new AmqpSequence<>(List.of(1, "zwei")));
        lists.addBodySection(new AmqpSequence<>(List.of(3L)));
        client.send("bodies", lists);
        assertThat(text("bodies")).isEqualTo("[1,\"zwei\",3]");

        client.send("bodies", Message.create(Map.of("nested", List.of(true, Map.of("deep", 1.5)))));
        assertThat(text("bodies")).isEqualTo("{\"nested\":[true,{\"deep\":1.5}]}");

        var uuid = UUID.randomUUID();
        for (var value : List.of(42, -1L, true, 'c', uuid)) {
            client.send("bodies", Message.create().toAdvancedMessage().addBodySection(new AmqpValue<>(value)));
            assertThat(text("bodies")).isEqualTo(String.valueOf(value));
        }
        client.send("bodies", Message.create().property("only", "properties"));
        assertThat(text("bodies")).isEmpty();
    }

    @Test
    void headerOfAReceivedMessageCountsEarlierDeliveries() throws Exception {
        var queue = engine.create("counted", Attributes.visibility(Duration.ofSeconds(1)));
        engine.sendTo("counted", "again", Duration.ZERO);
        assertThat(now(engine.broker().receive(queue, 1, Duration.ZERO)))
                .extracting(Delivery::receiveCount)
                .containsExactly(1);

        try (var receiver = client.connection().openReceiver("counted")) {
            var received = receiver.receive(5, TimeUnit.SECONDS);
            assertThat(received.message().toAdvancedMessage().deliveryCount()).isEqualTo(1);
            assertThat(received.message().durable()).isTrue();
        }
    }
}
