/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static io.quorummq.core.artemis.Attributes.visibility;
import static io.quorummq.core.artemis.TestEngine.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.message.QueueName;
import io.quorummq.core.queue.DeadLetterPolicy;
import io.quorummq.core.queue.QueueAttributes;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the gate keeps to when something goes wrong in the middle. */
class GateTroubleTest {
    private static final QueueName DEAD = new QueueName("dead");
    private static final String BODY_64K = "x".repeat(64 * 1000);

    /** The second message of 64 KB finds the address full; every address refuses then. */
    private static final String REFUSES_WHEN_FULL =
            "<max-size-bytes>100000</max-size-bytes><address-full-policy>FAIL</address-full-policy>";

    @TempDir
    Path home;

    private TestEngine engine(boolean paging) {
        return paging ? TestEngine.paging(home) : TestEngine.in(home);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void messageWithABrokenBodyComesAsItIsAndTakesNoOtherWithIt(boolean paging) throws Exception {
        try (var engine = engine(paging)) {
            engine.create(visibility(600));
            engine.send("first");
            sendBrokenText(engine);
            engine.send("second", "third");

            var bodies = new ArrayList<String>();
            while (bodies.size() < 4) {
                var received = engine.receive(16, Duration.ofSeconds(5));
                assertThat(received).as("after %s", bodies).isNotEmpty();
                received.forEach(one -> bodies.add(one.body()));
            }
            assertThat(bodies).containsExactly("first", "AQ==", "second", "third");
        }
    }

    private static void sendBrokenText(TestEngine engine) throws Exception {
        try (var connection = engine.core();
                var session = connection.createSession()) {
            var core = ((ActiveMQSession) session).getCoreSession();
            var broken = core.createMessage(Message.TEXT_TYPE, true);
            broken.getBodyBuffer().writeByte((byte) 1);
            try (var producer = core.createProducer("orders")) {
                producer.send(broken);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void receiveThatMeetsOnlyMessagesThatAreTooOldEndsEmpty(boolean paging) {
        try (var engine = engine(paging)) {
            now(engine.broker().create(DEAD, QueueAttributes.DEFAULT));
            engine.create(visibility(30, new DeadLetterPolicy.ByAge(DEAD, Duration.ZERO)));
            for (int i = 0; i < 20; i++) {
                engine.send("too old");

                assertThat(engine.receive(1)).isEmpty();
                assertThat(engine.receive(1, Duration.ofMillis(10))).isEmpty();
            }
            var dead = engine.broker().find(DEAD).orElseThrow();
            await().until(() -> engine.broker().counts(dead).active() == 20);
        }
    }

    @Test
    void refusedBatchLeavesNothingBehind() {
        try (var engine = TestEngine.with(home, REFUSES_WHEN_FULL)) {
            engine.create();
            var batch = Collections.nCopies(16, new NewMessage(BODY_64K, Duration.ZERO));

            assertThatThrownBy(() -> now(engine.broker().send(engine.orders(), batch)))
                    .isInstanceOf(RuntimeException.class);

            assertThat(engine.receive(16)).isEmpty();
            engine.send("there is room");
            assertThat(engine.receive(16)).extracting(Delivery::body).containsExactly("there is room");
        }
    }

    @Test
    void messageWhoseDeadLetterQueueIsFullStays() throws Exception {
        try (var engine = TestEngine.with(home, REFUSES_WHEN_FULL)) {
            var dead = now(engine.broker().create(DEAD, QueueAttributes.DEFAULT));
            engine.create(visibility(30, new DeadLetterPolicy.ByReceiveCount(DEAD, 1)));
            for (int i = 0; i < 2; i++) {
                now(engine.broker().send(dead, List.of(new NewMessage(BODY_64K, Duration.ZERO))));
            }
            engine.send("stays");

            for (int i = 0; i < 2; i++) {
                try (var connection = engine.core();
                        var session = connection.createSession(true, Session.SESSION_TRANSACTED);
                        var consumer = session.createConsumer(session.createQueue("orders"))) {
                    assertThat(consumer.receive(5000)).as("delivery %d", i).isNotNull();
                    session.rollback();
                }
            }
            assertThat(engine.gate().getDeliveringCount()).isZero();
        }
    }

    @Test
    void handlesOfMessagesThatLieDeepInThePagesAreValidAfterARestart() {
        try (var engine = engine(true)) {
            var record = engine.create(visibility(1));
            send64K(engine, 100);
            var early = receive(engine, 60);
            now(engine.broker().update(record, visibility(600)));
            var held = receive(engine, 10);
            // the first ones come back, and fill what Artemis reads of the pages
            engine.restartAfter(early.get(59).visibleAgain());

            var handle = held.get(9).handle();
            assertThat(now(engine.broker().deleteLeased(engine.orders(), List.of(handle))))
                    .isEmpty();
            assertThat(now(engine.broker().deleteLeased(engine.orders(), List.of(handle))))
                    .containsExactly(handle);

            assertThat(receive(engine, 90))
                    .extracting(Delivery::id)
                    .doesNotHaveDuplicates()
                    .doesNotContainAnyElementsOf(held.stream().map(Delivery::id).toList());
            assertThat(engine.receive(1)).isEmpty();
            engine.restart();
            assertThat(now(engine.broker().deleteLeased(engine.orders(), List.of(handle))))
                    .containsExactly(handle);
        }
    }

    private static void send64K(TestEngine engine, int messages) {
        for (int i = 0; i < messages; i += 10) {
            now(engine.broker()
                    .send(engine.orders(), Collections.nCopies(10, new NewMessage(BODY_64K, Duration.ZERO))));
        }
    }

    private static List<Delivery> receive(TestEngine engine, int messages) {
        var all = new ArrayList<Delivery>();
        while (all.size() < messages) {
            var received = engine.receive(Math.min(16, messages - all.size()), Duration.ofSeconds(10));
            assertThat(received).as("after %d", all.size()).isNotEmpty();
            all.addAll(received);
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void messageWhoseLastLeaseEndedWhileTheEngineWasDownGoesToTheDeadLetterQueue(boolean paging) {
        try (var engine = engine(paging)) {
            now(engine.broker().create(DEAD, QueueAttributes.DEFAULT));
            engine.create(visibility(1, new DeadLetterPolicy.ByReceiveCount(DEAD, 1)));
            engine.send("poison");
            var received = engine.receive(1).get(0);

            engine.restartAfter(received.visibleAgain());

            assertThat(engine.receive(1, Duration.ofSeconds(1))).isEmpty();
            var dead = engine.broker().find(DEAD).orElseThrow();
            assertThat(now(engine.broker().receive(dead, 1, Duration.ofSeconds(5))))
                    .extracting(Delivery::body)
                    .containsExactly("poison");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void messagesThatAConsumerNeverSawLeaveNoRecord(boolean paging) throws Exception {
        try (var engine = engine(paging)) {
            engine.create();
            engine.send(IntStream.range(0, 20).mapToObj(Integer::toString).toArray(String[]::new));

            try (var connection = engine.core();
                    var session = connection.createSession();
                    var consumer = session.createConsumer(session.createQueue("orders"))) {
                await().until(() -> engine.gate().getDeliveringCount() == 20);
                assertThat(consumer).isNotNull();
            }

            await().until(() -> engine.broker().counts(engine.orders()).active() == 20);
            assertThat(engine.gate().table().isEmpty()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void leasesAndCountsSurviveCompaction(boolean paging) throws Exception {
        try (var engine = engine(paging)) {
            var record = engine.create(visibility(1));
            engine.send("a", "b", "c");
            for (int round = 0; round < 2; round++) {
                var last = receive(engine, 3).get(2);
                engine.compact();
                await().until(() -> java.time.Instant.now().isAfter(last.visibleAgain()));
            }
            now(engine.broker().update(record, visibility(600)));
            var held = receive(engine, 2);
            engine.compact();
            engine.compact();

            engine.restart();

            assertThat(receive(engine, 1)).extracting(Delivery::receiveCount).containsExactly(3);
            assertThat(engine.receive(3)).isEmpty();
            var handles = held.stream().map(Delivery::handle).toList();
            assertThat(now(engine.broker().deleteLeased(engine.orders(), handles)))
                    .isEmpty();
            engine.compact();
            engine.restart();
            assertThat(now(engine.broker().deleteLeased(engine.orders(), handles)))
                    .containsExactlyElementsOf(handles);
            assertThat(engine.receive(3)).isEmpty();
            assertThat(engine.gate().table().leases()).hasSize(1);
        }
    }
}
