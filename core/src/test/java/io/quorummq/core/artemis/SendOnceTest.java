/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static io.quorummq.core.artemis.TestEngine.ORDERS;
import static io.quorummq.core.artemis.TestEngine.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.CmqError;
import io.quorummq.core.CmqException;
import io.quorummq.core.message.DeduplicationId;
import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.MessageId;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.message.QueueName;
import io.quorummq.core.queue.DeadLetterPolicy;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A send that names itself is stored once, however often, from wherever and after whatever it is repeated. */
class SendOnceTest {
    private static final Duration NO_DELAY = Duration.ZERO;

    @TempDir
    Path home;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRepetitionIsAnsweredAsTheFirstAndStoredOnceAcrossARestartToo(boolean paging) throws Exception {
        try (var engine = paging ? TestEngine.paging(home) : TestEngine.in(home)) {
            engine.create();
            engine.send("in front"); // so that a paging address pages

            var first = sendOnce(engine, "id-1", NO_DELAY, "x");
            var again = sendOnce(engine, "id-1", NO_DELAY, "x");
            engine.restart();
            var afterRestart = sendOnce(engine, "id-1", NO_DELAY, "x");
            var other = sendOnce(engine, "id-2", NO_DELAY, "y");

            assertThat(again).isEqualTo(first);
            assertThat(afterRestart).isEqualTo(first);
            assertThat(other).doesNotContainAnyElementsOf(first);
            var received = new ArrayList<Delivery>();
            while (received.size() < 3) { // a page is read while the first messages are already handed out
                var some = engine.receive(16, Duration.ofSeconds(10));
                assertThat(some).isNotEmpty();
                received.addAll(some);
            }
            assertThat(received).extracting(Delivery::body).containsExactly("in front", "x", "y");
            assertThat(engine.counts("orders").active()).isZero();
            assertThat(received).extracting(Delivery::id).endsWith(first.get(0), other.get(0));
        }
    }

    @Test
    void aMessageThatWasReceivedAndDeletedIsNotStoredAgain() {
        try (var engine = TestEngine.in(home)) {
            engine.create();
            sendOnce(engine, "id-1", NO_DELAY, "x");
            engine.delete("orders", engine.receive(1).get(0));

            sendOnce(engine, "id-1", NO_DELAY, "x");

            assertThat(engine.receive(1)).isEmpty();
        }
    }

    @Test
    void aDelayedMessageIsStoredOnce() {
        try (var engine = TestEngine.in(home)) {
            engine.create();
            var first = sendOnce(engine, "id-1", Duration.ofSeconds(1), "later");

            assertThat(sendOnce(engine, "id-1", Duration.ofSeconds(1), "later")).isEqualTo(first);

            assertThat(engine.counts("orders").delayed()).isEqualTo(1);
            assertThat(engine.receive(16, Duration.ofSeconds(10)))
                    .extracting(Delivery::id)
                    .isEqualTo(first);
        }
    }

    @Test
    void aBatchIsStoredOnceAsAWhole() {
        try (var engine = TestEngine.in(home)) {
            engine.create();
            var first = sendOnce(engine, "id-1", NO_DELAY, "a", "b", "c");

            assertThat(sendOnce(engine, "id-1", NO_DELAY, "a", "b", "c")).isEqualTo(first);

            assertThat(first).doesNotHaveDuplicates();
            var received = engine.receive(16);
            assertThat(received).extracting(Delivery::body).containsExactly("a", "b", "c");
            assertThat(received).extracting(Delivery::id).isEqualTo(first);
        }
    }

    @Test
    void sendsThatRaceAreStoredOnceAndAnsweredAlike() throws InterruptedException {
        try (var engine = TestEngine.in(home)) {
            engine.create();
            var threads = Executors.newFixedThreadPool(4);
            for (var round = 0; round < 20; round++) {
                var id = "race-" + round;
                var start = new CountDownLatch(1);
                var racing = Stream.generate(() -> CompletableFuture.supplyAsync(
                                () -> {
                                    awaitQuietly(start);
                                    return sendOnce(engine, id, NO_DELAY, id);
                                },
                                threads))
                        .limit(4)
                        .toList();
                start.countDown();

                assertThat(racing.stream().map(CompletableFuture::join).distinct())
                        .hasSize(1);
            }
            threads.shutdown();

            assertThat(engine.counts("orders").active()).isEqualTo(20);
        }
    }

    @Test
    void aFailedSendLeavesItsIdUnused() {
        var smallAndFull = "<max-size-bytes>100000</max-size-bytes><address-full-policy>FAIL</address-full-policy>";
        try (var engine = TestEngine.with(home, smallAndFull)) {
            engine.create();
            var filling = new ArrayList<MessageId>();
            var full = catchFull(() -> {
                for (var i = 0; i < 1000; i++) {
                    filling.addAll(sendOnce(engine, "filling-" + i, NO_DELAY, "x".repeat(5000), "y".repeat(5000)));
                }
            });
            assertThat(full.error()).isEqualTo(CmqError.TOO_MANY_MESSAGES);
            var refused = "filling-" + filling.size() / 2;
            var rest = new ArrayList<Delivery>(engine.receive(16));
            while (rest.size() < filling.size()) {
                rest.addAll(engine.receive(16));
            }
            rest.forEach(delivery -> engine.delete("orders", delivery));

            var retried = sendOnce(engine, refused, NO_DELAY, "x", "y");

            assertThat(engine.receive(16)).extracting(Delivery::id).isEqualTo(retried);
        }
    }

    @Test
    void aRepetitionIsAnsweredEvenWhenTheQueueHasFilledUpMeanwhile() {
        try (var engine = TestEngine.in(home)) {
            engine.create(Attributes.maxMessages(1));
            var first = sendOnce(engine, "id-1", NO_DELAY, "x");

            assertThat(sendOnce(engine, "id-1", NO_DELAY, "x")).isEqualTo(first);
            assertThatThrownBy(() -> sendOnce(engine, "id-2", NO_DELAY, "y"))
                    .hasRootCauseInstanceOf(CmqException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void jmsAndCmqSendersShareOneWindow(boolean amqp) throws JMSException {
        try (var engine = TestEngine.in(home);
                var connection = amqp ? engine.amqp() : engine.core()) {
            engine.create();

            sendByJms(connection, "jms-first");
            sendOnce(engine, "jms-first", NO_DELAY, "not stored");
            sendOnce(engine, "cmq-first", NO_DELAY, "by CMQ");
            try {
                sendByJms(connection, "cmq-first");
            } catch (JMSException told) {
                assertThat(told).hasMessageContaining("uplicate");
            }

            assertThat(engine.receive(16)).extracting(Delivery::body).containsExactly("jms-first", "by CMQ");
        }
    }

    @Test
    void whoSendsOnWhatItReceivedIsNotTakenForARepetition() throws JMSException {
        try (var engine = TestEngine.in(home);
                var connection = engine.core();
                var session = connection.createSession();
                var producer = session.createProducer(session.createQueue("orders"))) {
            var first = sendOnce(engine, "id-1", NO_DELAY, "x");

            try (var consumer = session.createConsumer(session.createQueue("orders"))) {
                producer.send(consumer.receive(10_000));
            }

            assertThat(engine.receive(1, Duration.ofSeconds(10)))
                    .extracting(Delivery::id)
                    .doesNotContainAnyElementsOf(first);
        }
    }

    @Test
    void aDeadLetterIsANewMessageWithAnIdOfItsOwn() {
        try (var engine = TestEngine.in(home)) {
            engine.create("dead", Attributes.visibility(30));
            engine.create(Attributes.visibility(1, new DeadLetterPolicy.ByReceiveCount(new QueueName("dead"), 1)));
            var first = sendOnce(engine, "id-1", NO_DELAY, "x");
            assertThat(engine.receive(1)).extracting(Delivery::id).isEqualTo(first);

            assertThat(engine.receiveFrom("dead", 1, Duration.ofSeconds(10)))
                    .hasSize(1)
                    .extracting(Delivery::id)
                    .doesNotContainAnyElementsOf(first);
        }
    }

    @Test
    void aNewQueueOfTheSameNameKnowsNothingOfTheOldOnesIds() {
        try (var engine = TestEngine.in(home)) {
            engine.create();
            var first = sendOnce(engine, "id-1", NO_DELAY, "old");
            now(engine.broker().delete(engine.orders()));
            engine.create();

            var second = sendOnce(engine, "id-1", NO_DELAY, "new");

            assertThat(second).doesNotContainAnyElementsOf(first);
            assertThat(engine.receive(16)).extracting(Delivery::body).containsExactly("new");
        }
    }

    private static List<MessageId> sendOnce(TestEngine engine, String id, Duration delay, String... bodies) {
        var messages =
                Stream.of(bodies).map(body -> new NewMessage(body, delay)).toList();
        var queue = engine.broker().find(ORDERS).orElseThrow();
        return now(engine.broker().sendOnce(queue, messages, new DeduplicationId(id)));
    }

    private static void sendByJms(Connection connection, String id) throws JMSException {
        try (var session = connection.createSession();
                var producer = session.createProducer(session.createQueue("orders"))) {
            var message = session.createTextMessage(id);
            message.setStringProperty("_AMQ_DUPL_ID", id);
            producer.send(message);
        }
    }

    private static CmqException catchFull(Runnable sends) {
        try {
            sends.run();
        } catch (CompletionException e) {
            if (e.getCause() instanceof CmqException refusal) {
                return refusal;
            }
            throw e;
        }
        throw new AssertionError("the address never filled up");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
