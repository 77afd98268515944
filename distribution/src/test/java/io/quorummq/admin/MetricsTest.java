/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.core.message.DeduplicationId;
import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.MessageId;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.message.QueueName;
import io.quorummq.core.message.ReceiptHandle;
import io.quorummq.core.queue.Broker;
import io.quorummq.core.queue.Horizon;
import io.quorummq.core.queue.QueueAttributes;
import io.quorummq.core.queue.QueueCounts;
import io.quorummq.core.queue.QueueRecord;
import io.quorummq.core.queue.TimeFigures;
import io.quorummq.core.queue.TimeFigures.Delivered;
import io.quorummq.core.queue.TimeFigures.Leases;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MetricsTest {
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

    private Optional<Broker> active = Optional.empty();
    private final Metrics metrics = new Metrics(() -> active);

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void theLeaderSaysHowManyMessagesAreDelayedAndWhenTheNextOneIsDue() {
        active = Optional.of(new Leading(figures(Optional.of(NOON.plusMillis(90_500)), 1)));

        assertThat(lines("quorummq_delayed"))
                .containsExactlyInAnyOrder(
                        "quorummq_delayed_messages{horizon=\"memory\"} 1.0",
                        "quorummq_delayed_messages{horizon=\"1m\"} 2.0",
                        "quorummq_delayed_messages{horizon=\"1h\"} 3.0",
                        "quorummq_delayed_messages{horizon=\"1d\"} 4.0",
                        "quorummq_delayed_messages{horizon=\"30d\"} 5.0",
                        "quorummq_delayed_messages{horizon=\"later\"} 6.0",
                        "quorummq_delayed_next_seconds 90.5",
                        "quorummq_delayed_counted 1.0",
                        "quorummq_delayed_delivered_total{late=\"0.1s\"} 1.0",
                        "quorummq_delayed_delivered_total{late=\"60s\"} 2.0",
                        "quorummq_delayed_delivered_total{late=\"more\"} 3.0",
                        "quorummq_delayed_moves_total 8.0");
    }

    @Test
    void theLeaderSaysHowManyLeasesThereAre() {
        active = Optional.of(new Leading(figures(Optional.empty(), 1)));

        assertThat(lines("quorummq_leases"))
                .containsExactlyInAnyOrder(
                        "quorummq_leases 10.0", "quorummq_leases_bytes 11.0", "quorummq_leases_expired_total 12.0");
    }

    @Test
    void anOverdueMessageIsDueInLessThanNothingAndNoneIsNoNumber() {
        active = Optional.of(new Leading(figures(Optional.of(NOON.minusSeconds(3)), 1)));
        assertThat(lines("quorummq_delayed_next")).containsExactly("quorummq_delayed_next_seconds -3.0");

        active = Optional.of(new Leading(figures(Optional.empty(), 1)));
        assertThat(lines("quorummq_delayed_next")).containsExactly("quorummq_delayed_next_seconds NaN");
    }

    @Test
    void aNodeThatFollowsSaysNothingAndTheNextBrokerCountsAnew() {
        assertThat(lines("quorummq_delayed")).isEmpty();
        active = Optional.of(new Leading(figures(Optional.empty(), 5)));
        assertThat(lines("quorummq_delayed_delivered_total{late=\"0.1s\"}")).hasSize(1);

        active = Optional.empty();
        assertThat(lines("quorummq_delayed")).isEmpty();
        assertThat(lines("quorummq_leases")).isEmpty();

        active = Optional.of(new Leading(figures(Optional.empty(), 2)));
        assertThat(lines("quorummq_delayed_delivered_total{late=\"0.1s\"}"))
                .containsExactly("quorummq_delayed_delivered_total{late=\"0.1s\"} 2.0");
    }

    private List<String> lines(String prefix) {
        return metrics.scrape().lines().filter(line -> line.startsWith(prefix)).toList();
    }

    private static TimeFigures figures(Optional<Instant> next, long punctual) {
        return new TimeFigures(
                NOON,
                Map.of(
                        Horizon.MEMORY, 1L,
                        Horizon.MINUTE, 2L,
                        Horizon.HOUR, 3L,
                        Horizon.DAY, 4L,
                        Horizon.MONTH, 5L,
                        Horizon.LATER, 6L),
                next,
                List.of(
                        new Delivered(Optional.of(Duration.ofMillis(100)), punctual),
                        new Delivered(Optional.of(Duration.ofMinutes(1)), 2),
                        new Delivered(Optional.empty(), 3)),
                8,
                true,
                new Leases(10, 11, 12));
    }

    /** A broker without queues that has these figures. */
    private record Leading(TimeFigures timeFigures) implements Broker {
        @Override
        public List<QueueRecord> queues() {
            return List.of();
        }

        @Override
        public Optional<QueueRecord> find(QueueName name) {
            return Optional.empty();
        }

        @Override
        public CompletionStage<QueueRecord> create(QueueName name, QueueAttributes attributes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<QueueRecord> update(QueueRecord queue, QueueAttributes attributes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> delete(QueueRecord queue) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> clear(QueueRecord queue) {
            throw new UnsupportedOperationException();
        }

        @Override
        public QueueCounts counts(QueueRecord queue) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<List<MessageId>> send(QueueRecord queue, List<NewMessage> messages) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<List<MessageId>> sendOnce(
                QueueRecord queue, List<NewMessage> messages, DeduplicationId id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<List<Delivery>> receive(QueueRecord queue, int max, Duration wait) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<List<ReceiptHandle>> deleteLeased(QueueRecord queue, List<ReceiptHandle> handles) {
            throw new UnsupportedOperationException();
        }
    }
}
