/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.core.artemis.Doors.Door;
import io.quorummq.core.message.Delivery;
import io.quorummq.core.queue.QueueAttributes;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.XASession;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.activemq.artemis.core.transaction.impl.XidImpl;
import org.apache.qpid.protonj2.client.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What JMS and AMQP clients were promised holds across a restart, for messages in memory and on pages. */
@ParameterizedClass(name = "paging = {0}")
@ValueSource(booleans = {false, true})
@SuppressWarnings("NullAway.Init") // the fields are set before each invocation of the class
class RestartTest {
    private static final Duration REDELIVERY_DELAY = Duration.ofMillis(1500);

    private static TestEngine engine;
    private static Doors doors;
    private static int queues;

    private final boolean paging;

    RestartTest(boolean paging) {
        this.paging = paging;
    }

    @BeforeParameterizedClassInvocation
    static void open(boolean paging, @TempDir Path home) throws Exception {
        engine = TestEngine.with(home, """
                %s
                <max-delivery-attempts>3</max-delivery-attempts>
                </address-setting>
                <address-setting match="patient.#">
                  <redelivery-delay>%d</redelivery-delay>
                </address-setting>
                <address-setting match="lossless.#">
                  <dead-letter-address>not-there</dead-letter-address>
                  <auto-create-dead-letter-resources>false</auto-create-dead-letter-resources>
                """.formatted(paging ? TestEngine.PAGING : "", REDELIVERY_DELAY.toMillis()));
        doors = new Doors(engine);
    }

    @AfterParameterizedClassInvocation
    static void close() throws Exception {
        doors.close();
        engine.close();
    }

    private static void restart() throws Exception {
        doors.close();
        engine.restart();
        doors = new Doors(engine);
    }

    private String queue() throws Exception {
        var name = "restarted-" + ++queues;
        engine.create(name, QueueAttributes.DEFAULT);
        fill(name);
        return name;
    }

    private String queue(String prefix) throws Exception {
        var name = prefix + ++queues;
        fill(name);
        return name;
    }

    /** A paging address keeps its first message in memory; while that stays, all that follow go to pages. */
    private void fill(String queue) throws Exception {
        if (paging) {
            doors.send(
                    Door.CORE,
                    queue,
                    session -> session.createTextMessage("filler"),
                    producer -> producer.setDeliveryDelay(Duration.ofHours(1).toMillis()));
        }
    }

    private static void pause(Duration duration) {
        await().pollDelay(duration).until(() -> true);
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void deliveryDelayGoesOnWhereItWas(Door door) throws Exception {
        var queue = queue();
        var delay = Duration.ofMillis(1500);
        var sent = System.nanoTime();
        doors.send(
                door,
                queue,
                session -> session.createTextMessage("later"),
                producer -> producer.setDeliveryDelay(delay.toMillis()));

        restart();

        assertThat(doors.receive(door, queue)).isEqualTo("later");
        assertThat(since(sent)).isGreaterThanOrEqualTo(delay.minusMillis(50));
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void nonPersistentMessageIsKeptHoweverLarge(Door door) throws Exception {
        var queue = queue("kept-");
        for (var body : List.of("small", "large ".repeat(50_000))) {
            doors.send(
                    door,
                    queue,
                    session -> session.createTextMessage(body),
                    producer -> producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT));
        }
        // core clients do not wait for the answer to such a message
        await().until(() -> engine.counts(queue).active() == 2);

        restart();

        assertThat(doors.receive(Door.CMQ, queue)).isEqualTo("small");
        assertThat(doors.receive(door, queue)).isEqualTo("large ".repeat(50_000));
    }

    @Test
    void enqueueTimeIsKeptWhateverTheSizeOfTheMessage() throws Exception {
        var queue = "timed-" + ++queues;
        engine.create(queue, Attributes.maxMessageBytes(1 << 20));
        fill(queue);
        try (var client = new AmqpClient(engine)) {
            for (var size : List.of(10, 300_000)) {
                assertThat(client.send(queue, Message.create("x".repeat(size))).isAccepted())
                        .isTrue();
            }
        }
        var sent = Instant.now();

        restart();

        for (var size : List.of(10, 300_000)) {
            var received = doors.receiveCmq(queue);
            assertThat(received.body()).hasSize(size);
            assertThat(received.enqueued()).isBetween(sent.minusSeconds(60), sent);
        }
    }

    @Test
    void relativeDelayOfAnAmqpSenderDoesNotStartAgain() throws Exception {
        var queue = queue();
        var delay = Duration.ofSeconds(3);
        var sent = System.nanoTime();
        try (var client = new AmqpClient(engine)) {
            var message =
                    Message.create("relative").toAdvancedMessage().annotation("x-opt-delivery-delay", delay.toMillis());
            assertThat(client.send(queue, message).isAccepted()).isTrue();
        }
        pause(Duration.ofMillis(1500));
        var restarted = System.nanoTime();

        restart();

        assertThat(doors.receive(Door.CMQ, queue)).isEqualTo("relative");
        assertThat(since(sent)).isGreaterThanOrEqualTo(delay);
        assertThat(since(restarted)).isLessThan(delay);
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void redeliveryDelayAndDeliveryCountAreKept(Door door) throws Exception {
        var queue = queue("patient.");
        doors.send(door, queue, "once more");
        var rolledBack = rollback(door, queue);

        restart();

        var again = doors.receiveJms(door, queue, TextMessage.class);
        assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
        assertThat(since(rolledBack)).isGreaterThanOrEqualTo(REDELIVERY_DELAY);
    }

    /** @return just before the roll-back */
    private long rollback(Door door, String queue) throws Exception {
        try (var session = doors.session(door, Session.SESSION_TRANSACTED);
                var consumer = session.createConsumer(session.createQueue(queue))) {
            assertThat(consumer.receive(5000)).isNotNull();
            var before = System.nanoTime();
            session.rollback();
            return before;
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void attemptsAreCountedAndTheLastOneLeadsToTheDeadLetterAddress(Door door) throws Exception {
        var queue = queue("attempts.");
        doors.send(door, queue, "poison");
        rollback(door, queue);
        rollback(door, queue);
        restart();
        rollback(door, queue);

        assertThat(doors.isEmpty(door, queue)).isTrue();
        assertThat(doors.receive(door, "DLQ")).isEqualTo("poison");
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void messageStaysWhereItsDeadLetterAddressIsNotThere(Door door) throws Exception {
        var queue = queue("lossless.");
        doors.send(door, queue, "stubborn");
        for (int i = 0; i < 5; i++) {
            rollback(door, queue);
        }
        restart();

        var still = doors.receiveJms(door, queue, TextMessage.class);
        assertThat(still.getText()).isEqualTo("stubborn");
        assertThat(still.getIntProperty("JMSXDeliveryCount")).isEqualTo(6);
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void browserShowsNoHiddenMessage(Door door) throws Exception {
        var queue = queue();
        for (var body : List.of("leased", "one", "two")) {
            doors.send(Door.CMQ, queue, body);
        }
        assertThat(engine.receiveFrom(queue, 1, Duration.ZERO))
                .extracting(Delivery::body)
                .containsExactly("leased");
        engine.sendTo(queue, "delayed", Duration.ofSeconds(60));
        assertThat(engine.hasPages()).isEqualTo(paging);
        assertThat(browse(door, queue)).containsExactly("one", "two");

        restart();

        assertThat(browse(door, queue)).containsExactly("one", "two");
        assertThat(doors.receive(door, queue)).isEqualTo("one");
    }

    private List<String> browse(Door door, String queue) throws Exception {
        var seen = new ArrayList<String>();
        try (var session = doors.session(door);
                var browser = session.createBrowser(session.createQueue(queue))) {
            for (Object message : Collections.list((Enumeration<?>) browser.getEnumeration())) {
                seen.add(((TextMessage) message).getText());
            }
        }
        return seen;
    }

    // --- prepared XA transactions (Qpid JMS has none) ----------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void preparedReceiveIsFinishedAfterTheRestart(boolean commit) throws Exception {
        var queue = queue("xa.");
        engine.create("xa-leased-" + queues, Attributes.visibility(Duration.ofSeconds(1)));
        var leasedBefore = "xa-leased-" + queues;
        fill(leasedBefore);
        doors.send(Door.CORE, queue, "taken");
        doors.send(Door.CMQ, leasedBefore, "taken");
        assertThat(engine.receiveFrom(leasedBefore, 1, Duration.ZERO)).hasSize(1);
        var xid = prepare("receive " + queues, session -> {
            for (var name : List.of(queue, leasedBefore)) {
                try (var consumer = session.createConsumer(session.createQueue(name))) {
                    assertThat(consumer.receive(5000)).as(name).isNotNull();
                }
            }
        });

        restart();
        assertThat(doors.isEmpty(Door.AMQP, queue)).isTrue();
        assertThat(engine.receiveFrom(leasedBefore, 1, Duration.ofMillis(1500))).isEmpty();
        finish(xid, commit);

        if (commit) {
            assertThat(doors.isEmpty(Door.AMQP, queue)).isTrue();
            assertThat(engine.receiveFrom(leasedBefore, 1, Duration.ofMillis(300)))
                    .isEmpty();
            restart();
            assertThat(doors.isEmpty(Door.AMQP, queue)).isTrue();
            assertThat(engine.receiveFrom(leasedBefore, 1, Duration.ofMillis(300)))
                    .isEmpty();
        } else {
            assertThat(doors.receive(Door.AMQP, queue)).isEqualTo("taken");
            assertThat(doors.receiveCmq(leasedBefore).body()).isEqualTo("taken");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void preparedSendIsFinishedAfterTheRestart(boolean commit) throws Exception {
        var queue = queue();
        var xid = prepare("send " + queues, session -> {
            try (var producer = session.createProducer(session.createQueue(queue))) {
                producer.send(session.createTextMessage("promised"));
            }
        });

        restart();
        assertThat(engine.receiveFrom(queue, 1, Duration.ZERO)).isEmpty();
        finish(xid, commit);

        if (commit) {
            assertThat(doors.receive(Door.CMQ, queue)).isEqualTo("promised");
        } else {
            assertThat(engine.receiveFrom(queue, 1, Duration.ofMillis(300))).isEmpty();
        }
    }

    @Test
    void preparedSendIsThereThoughNothingElseIsOnItsPages() throws Exception {
        engine.create();
        if (paging) {
            engine.gate().getPagingStore().startPaging();
        }
        var xid = prepare("alone " + paging, session -> {
            try (var producer = session.createProducer(session.createQueue("orders"))) {
                producer.send(session.createTextMessage("promised"));
            }
        });

        restart();
        await().pollDelay(Duration.ofMillis(500)).until(() -> true); // time to delete the page
        finish(xid, true);

        assertThat(doors.receive(Door.CMQ, "orders")).isEqualTo("promised");
    }

    private Xid prepare(String name, Work work) throws Exception {
        var xid =
                new XidImpl(name.getBytes(StandardCharsets.UTF_8), 1, (name + paging).getBytes(StandardCharsets.UTF_8));
        try (var connection = engine.xa();
                var session = connection.createXASession()) {
            session.getXAResource().start(xid, XAResource.TMNOFLAGS);
            work.in(session);
            session.getXAResource().end(xid, XAResource.TMSUCCESS);
            assertThat(session.getXAResource().prepare(xid)).isEqualTo(XAResource.XA_OK);
        }
        return xid;
    }

    private void finish(Xid xid, boolean commit) throws Exception {
        try (var connection = engine.xa();
                var session = connection.createXASession()) {
            var resource = session.getXAResource();
            assertThat(resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN))
                    .contains(xid);
            if (commit) {
                resource.commit(xid, false);
            } else {
                resource.rollback(xid);
            }
        }
    }

    /** What is done within a transaction. */
    private interface Work {
        void in(XASession session) throws Exception;
    }
}
