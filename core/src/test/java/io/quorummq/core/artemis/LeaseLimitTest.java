/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static io.quorummq.core.artemis.TestEngine.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.NewMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Leases are bounded, of one queue and of all of them, and none is granted beyond the bound. */
class LeaseLimitTest {
    private static final EngineSettings STANDARD = EngineSettings.DEFAULT;
    private static final long MANY = 1000;
    private static final int BOUND = 5;
    private static final String REFUSAL = "too many unacked";

    @TempDir
    Path home;

    private static EngineSettings bounds(long queueMessages, long queueBytes, long messages, long bytes) {
        return new EngineSettings(
                queueMessages,
                queueBytes,
                messages,
                bytes,
                STANDARD.delayedMessagesMax(),
                STANDARD.delayedBytesMax(),
                STANDARD.delayMax(),
                STANDARD.ageScan(),
                STANDARD.asSent());
    }

    private TestEngine engine(EngineSettings bounds) {
        return TestEngine.with(home, "", bounds);
    }

    @Test
    void receiveThatMeetsTheBoundOfItsQueueGetsWhatFits() {
        try (var engine = engine(bounds(BOUND, MANY << 20, MANY, MANY << 20))) {
            engine.create(Attributes.visibility(600));
            send(engine, "orders", 10);

            var received = receiveAll(engine, "orders");

            assertThat(received).hasSize(BOUND);
            assertRefused(engine, "orders");
            engine.delete("orders", received.get(0));
            assertThat(engine.receive(16)).hasSize(1);
            assertRefused(engine, "orders");
            assertThat(engine.counts("orders").active()).isEqualTo(4);
        }
    }

    @Test
    void allQueuesShareTheBoundOfTheBroker() {
        try (var engine = engine(bounds(MANY, MANY << 20, BOUND, MANY << 20))) {
            for (var queue : List.of("one", "other")) {
                engine.create(queue, Attributes.visibility(600));
                send(engine, queue, 10);
            }
            var first = engine.receiveFrom("one", 1, Duration.ofSeconds(5)).get(0);

            assertThat(receiveAll(engine, "other")).hasSize(BOUND - 1);

            assertRefused(engine, "one");
            assertRefused(engine, "other");
            engine.delete("one", first);
            now(engine.broker().delete(engine.find("other")));
            await().untilAsserted(() ->
                    assertThat(receiveAll(engine, "one")).as("room again").isNotEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theMessageThatReachesTheBoundOfBytesIsTheLastOne(boolean ofBroker) {
        var bounds = ofBroker ? bounds(MANY, MANY << 20, MANY, 1) : bounds(MANY, 1, MANY, MANY << 20);
        try (var engine = engine(bounds)) {
            engine.create(Attributes.visibility(600));
            send(engine, "orders", 3);

            assertThat(engine.receive(16)).hasSize(1);
            assertRefused(engine, "orders");
        }
    }

    @Test
    void waitingReceivesCrossTheBoundNoMoreThanOthers() {
        try (var engine = engine(bounds(BOUND, MANY << 20, MANY, MANY << 20))) {
            engine.create(Attributes.visibility(600));
            var waiting = IntStream.range(0, 4)
                    .mapToObj(i -> engine.broker().receive(engine.orders(), 16, Duration.ofSeconds(2)))
                    .toList();

            send(engine, "orders", 16);
            send(engine, "orders", 16);

            var received = waiting.stream().mapToInt(LeaseLimitTest::answered).sum();
            assertThat(received).isBetween(1, BOUND);
            assertThat(engine.gate().table().leased()).isEqualTo(received);
            assertThat(engine.counts("orders").active()).isEqualTo(32 - received);
        }
    }

    private static int answered(CompletableFuture<List<Delivery>> receive) {
        return receive.handle((deliveries, failure) -> {
                    if (failure != null) {
                        assertThat(failure).hasMessageContaining(REFUSAL);
                    }
                    return failure == null ? deliveries.size() : 0;
                })
                .join();
    }

    @Test
    void leaseReadFromTheJournalCountsBeforeItsMessageIsRead() throws Exception {
        try (var engine = TestEngine.with(home, TestEngine.PAGING, bounds(BOUND, MANY << 20, MANY, MANY << 20))) {
            engine.create(Attributes.visibility(3));
            send(engine, "orders", 10);
            var received = receiveAll(engine, "orders");
            assertThat(received).hasSize(BOUND);

            engine.restart();

            assertRefused(engine, "orders");
            assertThat(engine.counts("orders").leased()).isEqualTo(BOUND);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> engine.gate().table().leased() == 0);
            assertThat(receiveAll(engine, "orders")).hasSize(BOUND);
        }
    }

    private static void send(TestEngine engine, String queue, int messages) {
        now(engine.broker()
                .send(engine.find(queue), Collections.nCopies(messages, new NewMessage("m", Duration.ZERO))));
    }

    /** Until the bound is met. */
    private static List<Delivery> receiveAll(TestEngine engine, String queue) {
        var all = new ArrayList<Delivery>();
        while (true) {
            try {
                all.addAll(engine.receiveFrom(queue, 16, Duration.ofSeconds(5)));
            } catch (RuntimeException refused) {
                assertThat(refused).hasMessageContaining(REFUSAL);
                return all;
            }
        }
    }

    private static void assertRefused(TestEngine engine, String queue) {
        assertThatThrownBy(() -> engine.receiveFrom(queue, 1, Duration.ZERO)).hasMessageContaining(REFUSAL);
    }
}
