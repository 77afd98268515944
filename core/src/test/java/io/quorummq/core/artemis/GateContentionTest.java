/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static io.quorummq.core.artemis.TestEngine.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.queue.QueueAttributes;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CMQ receivers, callers that go away, and JMS consumers fight for the messages of one queue. */
class GateContentionTest {
    private static final int SENDERS = 2;
    private static final int BATCHES = 60;
    private static final int BATCH = 10;
    private static final int MESSAGES = SENDERS * BATCHES * BATCH;
    private static final Duration GIVE_UP = Duration.ofSeconds(90);

    @TempDir
    Path home;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Integer> finished = new ConcurrentHashMap<>();
    private final Map<String, Instant> leasedUntil = new ConcurrentHashMap<>();
    private final Map<String, Collection<Delivery>> leases = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
    private final Instant giveUp = Instant.now().plus(GIVE_UP);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyMessageIsFinishedOnceAndLeasedToOneAtATime(boolean paging) throws Exception {
        var seed = new Random().nextLong();
        try (var engine = paging ? TestEngine.paging(home) : TestEngine.in(home)) {
            engine.create(visibility());
            var workers = new ArrayList<Future<?>>();
            for (int i = 0; i < SENDERS; i++) {
                workers.add(start(sender(engine, i)));
            }
            for (int i = 0; i < 3; i++) {
                workers.add(start(receiver(engine, new Random(seed + i))));
            }
            workers.add(start(quitter(engine, new Random(seed + 3))));
            for (int i = 0; i < 2; i++) {
                workers.add(start(jmsConsumer(engine, new Random(seed + 4 + i))));
            }
            for (var worker : workers) {
                worker.get(GIVE_UP.toSeconds() + 10, TimeUnit.SECONDS);
            }

            assertThat(violations).as("seed %d", seed).isEmpty();
            assertThat(finished).as("seed %d", seed).hasSize(MESSAGES);
            leases.values().forEach(this::noOverlap);
            assertThat(finished.values()).as("seed %d", seed).containsOnly(1);
            await().untilAsserted(() -> {
                var counts = engine.broker().counts(engine.orders());
                assertThat(counts.active() + counts.leased() + counts.delayed())
                        .as("%s, seed %d", counts, seed)
                        .isZero();
                assertThat(engine.gate().table().isEmpty()).as("seed %d", seed).isTrue();
                assertThat(engine.gate().getConsumerCount()).isZero();
            });
            engine.restart();
            assertThat(engine.receive(16)).isEmpty();
            assertThat(engine.gate().table().isEmpty()).isTrue();
        }
    }

    private Future<?> start(Callable<?> worker) {
        return threads.submit(worker);
    }

    private boolean isDone() {
        return finished.size() == MESSAGES || Instant.now().isAfter(giveUp);
    }

    private Callable<?> sender(TestEngine engine, int sender) {
        return () -> {
            for (int batch = 0; batch < BATCHES; batch++) {
                var first = (sender * BATCHES + batch) * BATCH;
                now(engine.broker()
                        .send(
                                engine.orders(),
                                IntStream.range(first, first + BATCH)
                                        .mapToObj(n -> new NewMessage("m" + n, Duration.ZERO))
                                        .toList()));
            }
            return null;
        };
    }

    private Callable<?> receiver(TestEngine engine, Random random) {
        return () -> {
            while (!isDone()) {
                var wait = Duration.ofMillis(random.nextBoolean() ? 0 : random.nextInt(50));
                var received = now(engine.broker().receive(engine.orders(), 1 + random.nextInt(16), wait));
                received.forEach(this::noteLease);
                var kept =
                        received.stream().filter(one -> random.nextInt(20) != 0).toList();
                if (!kept.isEmpty()) {
                    delete(engine, kept);
                }
            }
            return null;
        };
    }

    private void noteLease(Delivery delivery) {
        leases.computeIfAbsent(delivery.body(), body -> new ConcurrentLinkedQueue<>())
                .add(delivery);
        leasedUntil.put(delivery.body(), delivery.visibleAgain());
    }

    private void noOverlap(Collection<Delivery> ofOneMessage) {
        var inOrder = ofOneMessage.stream()
                .sorted(Comparator.comparing(Delivery::visibleAgain))
                .toList();
        for (int i = 1; i < inOrder.size(); i++) {
            var began = inOrder.get(i).visibleAgain().minus(visibility().visibilityTimeout());
            assertThat(began)
                    .as("%s", inOrder)
                    .isAfterOrEqualTo(inOrder.get(i - 1).visibleAgain());
            assertThat(inOrder.get(i).receiveCount())
                    .as("%s", inOrder)
                    .isGreaterThan(inOrder.get(i - 1).receiveCount());
        }
    }

    private void delete(TestEngine engine, List<Delivery> deliveries) {
        var handles = deliveries.stream().map(Delivery::handle).toList();
        var refused = now(engine.broker().deleteLeased(engine.orders(), handles));
        for (var delivery : deliveries) {
            if (!refused.contains(delivery.handle())) {
                finished.merge(delivery.body(), 1, Integer::sum);
            } else if (Instant.now().isBefore(delivery.visibleAgain())) {
                violations.add(delivery + " was refused before its time");
            }
        }
    }

    /** Goes away in the middle of a receive. */
    private Callable<?> quitter(TestEngine engine, Random random) {
        return () -> {
            while (!isDone()) {
                var receive = engine.broker().receive(engine.orders(), 16, Duration.ofSeconds(5));
                for (int spin = random.nextInt(3000); spin > 0 && !receive.isDone(); spin--) {
                    Thread.onSpinWait();
                }
                if (!receive.cancel(false) && !receive.isCompletedExceptionally()) {
                    receive.join().forEach(this::noteLease);
                    delete(engine, receive.join());
                }
            }
            return null;
        };
    }

    private Callable<?> jmsConsumer(TestEngine engine, Random random) {
        return () -> {
            while (!isDone()) {
                try (var connection = engine.core();
                        var session = connection.createSession(true, Session.SESSION_TRANSACTED);
                        var consumer = session.createConsumer(session.createQueue("orders"))) {
                    for (int rounds = random.nextInt(10); rounds >= 0 && !isDone(); rounds--) {
                        consume(session, (TextMessage) consumer.receive(20), random);
                    }
                }
            }
            return null;
        };
    }

    private void consume(Session session, TextMessage message, Random random) throws JMSException {
        if (message == null) {
            return;
        }
        var body = message.getText();
        var leased = leasedUntil.get(body);
        if (leased != null && leased.isAfter(Instant.now())) {
            violations.add("JMS got " + body + ", which is leased until " + leased);
        }
        if (random.nextInt(10) == 0) {
            session.rollback();
        } else {
            session.commit();
            finished.merge(body, 1, Integer::sum);
        }
    }

    private static QueueAttributes visibility() {
        var standard = QueueAttributes.DEFAULT;
        return new QueueAttributes(
                standard.maxMessages(),
                standard.pollingWait(),
                Duration.ofSeconds(2),
                standard.maxMessageBytes(),
                standard.retention(),
                standard.rewind(),
                standard.deadLetterPolicy());
    }
}
