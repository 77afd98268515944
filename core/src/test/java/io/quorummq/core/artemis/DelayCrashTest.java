/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.core.artemis.delay.Buckets;
import io.quorummq.core.queue.QueueAttributes;
import jakarta.jms.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.ServerConsumer;
import org.apache.activemq.artemis.core.server.impl.AckReason;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerQueuePlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.core.transaction.TransactionOperationAbstract;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wherever a crash interrupts the way of a delayed message, it comes once, and not before its time. */
final class DelayCrashTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration DAY = Duration.ofDays(1);
    private static final String ORDERS = "orders";
    private static final String OTHER = "other";

    private final SettableClock clock = new SettableClock();

    @TempDir
    Path home;

    @TempDir
    Path crashed;

    /** How far the transaction that moves messages had come. */
    enum Point {
        /** The copies are on their pages or in the journal, and so are the acknowledgements; nothing is committed. */
        BEFORE_COMMIT,
        /** It is committed; the pages that the messages came from are still there. */
        BEFORE_PAGES_ARE_DELETED
    }

    private TestEngine engine(Path directory, String addressSettings) {
        return TestEngine.with(directory, addressSettings, EngineSettings.DEFAULT, clock);
    }

    private TestEngine newEngine(String addressSettings) {
        var engine = engine(home, addressSettings);
        engine.create();
        engine.create(OTHER, QueueAttributes.DEFAULT);
        return engine;
    }

    @Test
    void whileMessagesWait() throws Exception {
        try (var engine = newEngine("");
                var doors = new Doors(engine);
                var session = doors.session(Doors.Door.CORE, Session.SESSION_TRANSACTED);
                var producer = session.createProducer(session.createQueue(OTHER))) {
            engine.sendTo(ORDERS, "soon", Duration.ofMinutes(10));
            producer.setDeliveryDelay(DAY.toMillis());
            producer.send(session.createTextMessage("later"));
            session.commit();
            producer.send(session.createTextMessage("not committed"));

            TestEngine.copy(home, crashed);
        }
        try (var after = engine(crashed, "")) {
            clock.advance(Duration.ofMinutes(11));
            assertThat(after.take(ORDERS, 1)).containsExactly("soon");
            clock.advance(DAY);
            assertThat(after.take(OTHER, 1)).containsExactly("later");
            assertNothingIsLeft(after);
        }
    }

    @ParameterizedTest
    @EnumSource(Point.class)
    void whileMessagesGoToTheirQueue(Point point) {
        try (var engine = newEngine("")) {
            engine.sendTo(ORDERS, "a", Duration.ofMinutes(10));
            engine.sendTo(ORDERS, "b", Duration.ofMinutes(10));
            engine.sendTo(ORDERS, "not yet", Duration.ofMinutes(60));

            crashAt(point, engine, () -> clock.advance(Duration.ofMinutes(11)));
        }
        try (var after = engine(crashed, "")) {
            assertThat(after.take(ORDERS, 2)).containsExactlyInAnyOrder("a", "b");
            assertNothingComes(after);
            assertThat(after.counts(ORDERS).delayed()).isEqualTo(1);
            clock.advance(Duration.ofMinutes(50));
            assertThat(after.take(ORDERS, 1)).containsExactly("not yet");
            assertNothingIsLeft(after);
        }
    }

    @ParameterizedTest
    @EnumSource(Point.class)
    void whileMessagesGoToFinerBucketsAndLateOnesToTheirPagedQueue(Point point) {
        try (var engine = newEngine(TestEngine.PAGING)) {
            engine.sendTo(ORDERS, "a", DAY);
            engine.sendTo(OTHER, "b", DAY.plusMinutes(5));
            engine.sendTo(ORDERS, "c", DAY.plusMinutes(10));

            crashAt(point, engine, () -> clock.advance(DAY.plusMinutes(1)));
        }
        try (var after = engine(crashed, TestEngine.PAGING)) {
            assertThat(after.take(ORDERS, 1)).containsExactly("a");
            assertNothingComes(after);
            clock.advance(Duration.ofMinutes(10));
            assertThat(after.take(ORDERS, 1)).containsExactly("c");
            assertThat(after.take(OTHER, 1)).containsExactly("b");
            assertNothingIsLeft(after);
        }
    }

    @ParameterizedTest
    @EnumSource(Point.class)
    void whileTheMessagesOfAClearedQueueAreSwept(Point point) {
        try (var engine = newEngine("")) {
            engine.sendTo(OTHER, "cleared", Duration.ofMinutes(10));
            engine.sendTo(ORDERS, "kept", Duration.ofMinutes(10));

            crashAt(point, engine, () -> TestEngine.now(engine.broker().clear(engine.find(OTHER))));
        }
        try (var after = engine(crashed, "")) {
            await().atMost(PATIENCE).until(() -> after.counts(ORDERS).delayed() == 1);
            clock.advance(Duration.ofMinutes(11));
            assertThat(after.take(ORDERS, 1)).containsExactly("kept");
            assertNothingIsLeft(after);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileABucketIsMade(boolean made) {
        try (var engine = newEngine("")) {
            var crash = new Crash(engine);
            engine.engine().server().registerBrokerPlugin(new ActiveMQServerQueuePlugin() {
                @Override
                public void beforeCreateQueue(QueueConfiguration configuration) {
                    if (!made && Buckets.isBucket(configuration.getName())) {
                        crash.happen();
                    }
                }

                @Override
                public void afterCreateQueue(Queue queue) {
                    if (made && Buckets.isBucket(queue.getName())) {
                        crash.happen();
                    }
                }
            });
            engine.sendTo(ORDERS, "nobody was told ok when it crashed", Duration.ofMinutes(10));
            crash.await();
        }
        try (var after = engine(crashed, "")) {
            after.sendTo(ORDERS, "sent again", Duration.ofMinutes(10));
            clock.advance(Duration.ofMinutes(11));
            assertThat(after.take(ORDERS, 1)).containsExactly("sent again");
            assertNothingIsLeft(after);
        }
    }

    /** Leaves in {@link #crashed} what is there when the first move that this sets off has come so far. */
    private void crashAt(Point point, TestEngine engine, Runnable trigger) {
        var crash = new Crash(engine);
        var server = engine.engine().server();
        server.getPagingManager().disableCleanup();
        server.registerBrokerPlugin(new ActiveMQServerMessagePlugin() {
            @Override
            public void messageAcknowledged(
                    Transaction tx, MessageReference ref, AckReason reason, ServerConsumer consumer) {
                if (tx != null && Buckets.isBucket(ref.getQueue().getName())) {
                    tx.addOperation(crash.at(point));
                }
            }
        });
        trigger.run();
        crash.await();
    }

    /** Comes once. */
    private final class Crash {
        private final TestEngine engine;
        private final AtomicBoolean happened = new AtomicBoolean();
        private final CountDownLatch done = new CountDownLatch(1);

        Crash(TestEngine engine) {
            this.engine = engine;
        }

        TransactionOperationAbstract at(Point point) {
            return new TransactionOperationAbstract() {
                @Override
                public void beforeCommit(Transaction tx) {
                    if (point == Point.BEFORE_COMMIT) {
                        happen();
                    }
                }

                @Override
                public void afterCommit(Transaction tx) {
                    if (point == Point.BEFORE_PAGES_ARE_DELETED) {
                        happen();
                    }
                }
            };
        }

        void happen() {
            if (!happened.compareAndSet(false, true)) {
                return;
            }
            try {
                awaitPages();
                TestEngine.copy(home, crashed);
                done.countDown();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Some storages count what is on its page as pending until the transaction ends, which waits for this. */
        private void awaitPages() {
            try {
                Awaitility.await().atMost(Duration.ofMillis(500)).until(() -> !hasPagesToWrite());
            } catch (ConditionTimeoutException written) {
                assertThat(written).hasMessageContaining("500 milliseconds");
            }
        }

        private boolean hasPagesToWrite() throws Exception {
            var paging = engine.engine().server().getPagingManager();
            for (var address : List.of(paging.getStoreNames())) {
                if (paging.getPageStore(address).hasPendingIO()) {
                    return true;
                }
            }
            return false;
        }

        void await() {
            try {
                assertThat(done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    private static void assertNothingComes(TestEngine engine) {
        var came = new ArrayList<>(engine.receiveFrom(ORDERS, 1, Duration.ofMillis(1200)));
        came.addAll(engine.receiveFrom(OTHER, 1, Duration.ZERO));
        assertThat(came).isEmpty();
    }

    private static void assertNothingIsLeft(TestEngine engine) {
        assertNothingComes(engine);
        assertThat(engine.counts(ORDERS).delayed()).isZero();
        assertThat(engine.counts(OTHER).delayed()).isZero();
        await().atMost(PATIENCE)
                .until(() -> engine.buckets().stream().allMatch(bucket -> bucket.getMessageCount() == 0));
    }
}
