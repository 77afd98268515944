/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorummq.core.CmqException;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.queue.QueueAttributes;
import jakarta.jms.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.transaction.xa.XAResource;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.server.RoutingContext;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.core.transaction.TransactionOperationAbstract;
import org.apache.activemq.artemis.core.transaction.impl.XidImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes on around a delayed message while it is read, moved or stuck harms neither it nor its neighbours. */
final class DelayTroubleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration DAY = Duration.ofDays(1);
    private static final String ORDERS = "orders";
    private static final String OTHER = "other";

    /** A queue that holds more than this takes nothing, and says so. */
    private static final String SMALL =
            "<address-full-policy>FAIL</address-full-policy><max-size-bytes>20000</max-size-bytes>";

    private final SettableClock clock = new SettableClock();

    @TempDir
    Path home;

    private TestEngine engine(String addressSettings) {
        var engine = TestEngine.with(home, addressSettings, EngineSettings.DEFAULT, clock);
        engine.create();
        engine.create(OTHER, QueueAttributes.DEFAULT);
        return engine;
    }

    @Test
    void clearingOneQueueLosesNothingOfAnotherThatMovedTogetherWithIt() {
        try (var engine = engine("")) {
            engine.sendTo(OTHER, "cleared", DAY);
            engine.sendTo(ORDERS, "kept", DAY.plusMinutes(7));
            clock.advance(DAY.minusSeconds(15));
            awaitCoarseBucketsEmpty(engine);
            lookForAWhile(engine); // by now it has been read into memory

            TestEngine.now(engine.broker().clear(engine.find(OTHER)));
            clock.advance(Duration.ofMinutes(1));
            lookForAWhile(engine);
            engine.restart();
            clock.advance(Duration.ofMinutes(6));

            assertThat(engine.take(ORDERS, 1)).containsExactly("kept");
            assertThat(engine.receiveFrom(OTHER, 1, Duration.ZERO)).isEmpty();
        }
    }

    @Test
    void aFullQueueKeepsNoOtherOneWaitingAndGetsItsMessagesLater() {
        try (var engine = engine(SMALL)) {
            for (var i = 1; i <= 4; i++) {
                engine.sendTo(OTHER, "late " + i, Duration.ofMinutes(10L * i));
            }
            engine.sendTo(ORDERS, "in time", Duration.ofMinutes(50));
            engine.sendTo(ORDERS, "in time, too", DAY);
            engine.sendTo(OTHER, "late 5", DAY);
            var filling = fill(engine);

            clock.advance(Duration.ofHours(1));
            assertThat(engine.take(ORDERS, 1)).containsExactly("in time");
            clock.advance(DAY);
            assertThat(engine.take(ORDERS, 1)).containsExactly("in time, too");

            assertThat(engine.take(OTHER, filling + 5))
                    .hasSize(filling + 5)
                    .endsWith("late 1", "late 2", "late 3", "late 4", "late 5");
            assertThat(engine.counts(OTHER).delayed()).isZero();
        }
    }

    @Test
    void whatIsDeletedWhileItsQueueIsFullNeverComes() throws Exception {
        try (var engine = engine(SMALL)) {
            var deleted = engine.sendTo(OTHER, "deleted", Duration.ofMinutes(10));
            engine.sendTo(OTHER, "stays", Duration.ofMinutes(10));
            engine.sendTo(ORDERS, "behind them", Duration.ofMinutes(10));
            var filling = fill(engine);
            clock.advance(Duration.ofMinutes(11));
            assertThat(engine.take(ORDERS, 1)).containsExactly("behind them");

            assertThat(gate(engine, OTHER).deleteReference(deleted.value())).isTrue();

            assertThat(engine.take(OTHER, filling + 1)).endsWith("stays");
            lookForAWhile(engine);
            assertThat(engine.receiveFrom(OTHER, 1, Duration.ZERO)).isEmpty();
            assertThat(engine.counts(OTHER).delayed()).isZero();
        }
    }

    @Test
    void whatWasRolledBackLeavesItsBucket() throws Exception {
        try (var engine = engine("");
                var doors = new Doors(engine);
                var session = doors.session(Doors.Door.CORE, Session.SESSION_TRANSACTED);
                var producer = session.createProducer(session.createQueue(ORDERS))) {
            producer.setDeliveryDelay(Duration.ofMinutes(10).toMillis());
            producer.send(session.createTextMessage("rolled back"));
            session.rollback();

            clock.advance(Duration.ofMinutes(11));

            var transactions = engine.engine().server().getPagingManager().getTransactions();
            await().atMost(PATIENCE).until(transactions::isEmpty);
        }
    }

    @Test
    void aMessageCommittedAfterItsTimeIsSeenThoughTheCommitTakesLong() throws Exception {
        try (var engine = engine("");
                var doors = new Doors(engine);
                var session = doors.session(Doors.Door.CORE, Session.SESSION_TRANSACTED);
                var producer = session.createProducer(session.createQueue(ORDERS))) {
            engine.engine().server().registerBrokerPlugin(new SlowCommit(() -> lookForAWhile(engine)));
            producer.setDeliveryDelay(Duration.ofHours(3).toMillis());
            producer.send(session.createTextMessage("committed late"));
            clock.advance(Duration.ofHours(4));

            session.commit();

            assertThat(engine.take(ORDERS, 1)).containsExactly("committed late");
        }
    }

    @Test
    void aPreparedTransactionIsCommittedAfterARestartAndItsMessageComes() throws Exception {
        var xid = new XidImpl("branch".getBytes(StandardCharsets.UTF_8), 1, "global".getBytes(StandardCharsets.UTF_8));
        try (var engine = engine("")) {
            try (var connection = engine.xa();
                    var session = connection.createXASession();
                    var producer = session.createProducer(session.createQueue(ORDERS))) {
                session.getXAResource().start(xid, XAResource.TMNOFLAGS);
                producer.setDeliveryDelay(Duration.ofMinutes(10).toMillis());
                producer.send(session.createTextMessage("prepared"));
                session.getXAResource().end(xid, XAResource.TMSUCCESS);
                session.getXAResource().prepare(xid);
            }
            engine.restart();
            clock.advance(Duration.ofMinutes(20));
            lookForAWhile(engine);
            assertThat(engine.counts(ORDERS).delayed()).isZero();

            try (var connection = engine.xa();
                    var session = connection.createXASession()) {
                session.getXAResource().commit(xid, false);
            }

            assertThat(engine.take(ORDERS, 1)).containsExactly("prepared");
            assertThat(engine.counts(ORDERS).delayed()).isZero();
        }
    }

    @Test
    void aBucketWhosePagesAreClosedAcceptsNothing() throws Exception {
        try (var engine = engine("")) {
            engine.sendTo(ORDERS, "accepted", Duration.ofMinutes(10));
            for (var bucket : engine.buckets()) {
                bucket.getPagingStore().stop();
            }

            assertThatThrownBy(() -> engine.sendTo(ORDERS, "refused", Duration.ofMinutes(10)))
                    .hasMessageContaining("closed");

            engine.restart();
            clock.advance(Duration.ofMinutes(11));
            assertThat(engine.take(ORDERS, 1)).containsExactly("accepted");
        }
    }

    @Test
    void aMessageGivenBackThatFindsNoBucketWaitsInItsQueue() throws Exception {
        try (var engine = engine("<redelivery-delay>7200000</redelivery-delay>")) {
            engine.sendTo(ORDERS, "delayed", Duration.ofHours(2));
            engine.send("given back");
            try (var doors = new Doors(engine);
                    var session = doors.session(Doors.Door.CORE, Session.SESSION_TRANSACTED);
                    var consumer = session.createConsumer(session.createQueue(ORDERS))) {
                assertThat(consumer.receive(5000)).isNotNull();
                for (var bucket : engine.buckets()) {
                    bucket.getPagingStore().stop();
                }
                session.rollback();
                await().atMost(PATIENCE).until(() -> engine.counts(ORDERS).delayed() == 2);
            }

            engine.restart();
            clock.advance(Duration.ofHours(2));
            assertThat(engine.take(ORDERS, 2)).containsExactlyInAnyOrder("given back", "delayed");
        }
    }

    /** As much of OTHER as it takes; answers how many messages that are. */
    private static int fill(TestEngine engine) {
        var body = "x".repeat(4000);
        var sent = new int[1];
        assertThatThrownBy(() -> {
                    for (; sent[0] < 100; sent[0]++) {
                        TestEngine.now(
                                engine.broker().send(engine.find(OTHER), List.of(new NewMessage(body, Duration.ZERO))));
                    }
                })
                .isInstanceOf(CmqException.class);
        return sent[0];
    }

    private static GateQueue gate(TestEngine engine, String queue) {
        return (GateQueue) engine.engine().server().locateQueue(queue);
    }

    private static void awaitCoarseBucketsEmpty(TestEngine engine) {
        await().atMost(PATIENCE)
                .until(() -> engine.buckets().stream()
                        .filter(bucket -> bucket.getName().toString().contains("coarse"))
                        .allMatch(bucket -> bucket.getMessageCount() == 0));
    }

    /** Long enough for the engine of time to look at its buckets. */
    private static void lookForAWhile(TestEngine engine) {
        assertThat(engine.receiveFrom(OTHER, 1, Duration.ofMillis(1300))).isEmpty();
    }

    /** Between what the engine of time hears of a commit and what the pages hear of it. */
    private record SlowCommit(Runnable meanwhile) implements ActiveMQServerMessagePlugin {
        @Override
        public void beforeMessageRoute(Message message, RoutingContext context, boolean direct, boolean reject) {
            var tx = context.getTransaction();
            if (tx != null) {
                tx.addOperation(new TransactionOperationAbstract() {
                    @Override
                    public void afterCommit(Transaction committed) {
                        meanwhile.run();
                    }
                });
            }
        }
    }
}
