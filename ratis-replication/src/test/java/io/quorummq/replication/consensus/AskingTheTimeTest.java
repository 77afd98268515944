/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorummq.replication.consensus.ReplicatedState.Outcome;
import io.quorummq.replication.peer.NodeAddress;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What may happen while a leader asks what time it is. */
final class AskingTheTimeTest {
    private static final long NOON = 1_800_000_000_000L;
    private static final long HOUR = 3_600_000;
    private static final Member N1 = member(1);
    private static final Member N2 = member(2);
    private static final Member N3 = member(3);

    private final AtomicLong nanos = new AtomicLong();
    private final ClusterClock clock =
            new ClusterClock(() -> Instant.ofEpochMilli(NOON + nanos.get() / 1_000_000), nanos::get);
    private final Map<Integer, CompletableFuture<byte[]>> answers = new ConcurrentHashMap<>();
    private final List<ClockCall.Question> questions = new CopyOnWriteArrayList<>();
    private final List<UUID> successors = new ArrayList<>();
    private final Timekeeping time = new Timekeeping(
            "0",
            N1.id(),
            clock,
            () -> List.of(N1, N2, N3),
            this::call,
            new WrongClock("0", clock, List::of, (successor, limit) -> successors.add(successor), nanos::get),
            nanos::get);

    @Test
    void whoeverIsDeposedMeanwhileSettlesNothing() throws Exception {
        var office = office(3);
        var begun = inBackground(office);
        await().until(() -> questions.size() == 2);

        office.log().fence("another node leads");
        answer(N2, new NodeTime(false, 0, NOON + HOUR));
        answer(N3, new NodeTime(false, 0, NOON + HOUR));
        begun.get(10, TimeUnit.SECONDS);

        assertThat(clock.isRunning()).isFalse();
        assertThat(clock.millis()).isEqualTo(NOON);
        time.tick();
        assertThat(questions).hasSize(2);
    }

    @Test
    void theFirstThatKnowsTheTimeIsBelievedWithoutWaitingForTheOthers() throws Exception {
        answer(N2, new NodeTime(true, NOON - HOUR, NOON));

        time.begin(office(3));

        assertThat(clock.isRunning()).isTrue();
        assertThat(clock.millis()).isEqualTo(NOON - HOUR);
    }

    @Test
    void aLeaderServesAfterASecondAndSettlesTheTimeWhenAMajorityAnswers() throws Exception {
        answers.put(2, CompletableFuture.failedFuture(new IOException("restarting")));

        time.begin(office(3));

        assertThat(clock.isRunning()).isFalse();
        assertThat(questions).noneMatch(ClockCall.Question::tells);
        answer(N2, new NodeTime(false, 0, NOON + 2 * HOUR));
        answer(N3, new NodeTime(false, 0, NOON + HOUR));
        time.tick();
        assertThat(clock.isRunning()).isTrue();
        assertThat(clock.millis()).isEqualTo(NOON + HOUR);
    }

    @Test
    void whoKnowsTheTimeAsksNobodyBeforeItServesAndTellsItSoonAfter() throws Exception {
        clock.hear(NOON - HOUR);

        time.begin(office(3));

        assertThat(questions).isEmpty();
        time.tick();
        assertThat(questions).hasSize(2).containsOnly(new ClockCall.Question(3, true, NOON - HOUR));
    }

    @Test
    void itAsksEveryTwoSecondsAndIsDrawnTowardsTheMedian() throws Exception {
        clock.hear(NOON);
        clock.lead();
        answer(N2, new NodeTime(true, NOON, NOON + 10_000));
        answer(N3, new NodeTime(true, NOON, NOON + HOUR));
        time.begin(office(3));
        time.tick();
        pass(Duration.ofMillis(1_999));
        time.tick();
        assertThat(questions).hasSize(2);

        pass(Duration.ofMillis(1));
        time.tick();

        assertThat(questions).hasSize(4);
        assertThat(clock.millis()).isBetween(NOON + 2_099, NOON + 2_100);
        assertThat(successors).isEmpty();
    }

    private CompletableFuture<Void> inBackground(Office office) {
        var executor = Executors.newSingleThreadExecutor();
        try {
            return CompletableFuture.runAsync(
                    () -> {
                        try {
                            time.begin(office);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    },
                    executor);
        } finally {
            executor.shutdown();
        }
    }

    private CompletableFuture<byte[]> call(NodeAddress node, String service, byte[] question, Duration limit) {
        assertThat(service).isEqualTo("clock-0");
        questions.add(ClockCall.Question.decode(question));
        return answers.computeIfAbsent(node.port(), port -> new CompletableFuture<>())
                .copy()
                .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void answer(Member member, NodeTime time) {
        var bytes = ClockCall.encode(time);
        var waiting = answers.put(member.port(), CompletableFuture.completedFuture(bytes));
        if (waiting != null) {
            var unused = waiting.complete(bytes);
        }
    }

    private void pass(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }

    private static Member member(int number) {
        return new Member(new UUID(0, number), "n" + number, "127.0.0.1", number);
    }

    private static Office office(long term) {
        return new Office(
                term,
                (inTerm, onFenced) -> new LogWriter(
                        inTerm,
                        RaftSettings.defaults().writing(),
                        new LogWriter.Surroundings(
                                "0",
                                entry -> CompletableFuture.completedFuture(Outcome.APPLIED),
                                () -> 1,
                                System::nanoTime,
                                Runnable::run),
                        onFenced),
                (office, reason) -> {});
    }
}
