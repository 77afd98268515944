/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorummq.replication.consensus.ReplicatedState.Outcome;
import io.quorummq.replication.store.Entry;
import io.quorummq.replication.store.FileId;
import io.quorummq.replication.store.FileOperation;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LogWriterTest {
    private static final long TERM = 7;

    private final List<Entry> sent = new CopyOnWriteArrayList<>();
    private final List<CompletableFuture<Outcome>> replies = new CopyOnWriteArrayList<>();
    private final List<FencedException> fenced = new CopyOnWriteArrayList<>();
    private final ExecutorService callbacks = Executors.newSingleThreadExecutor();
    private final AtomicLong nanos = new AtomicLong();
    private final Acks acks = new Acks();
    private volatile @Nullable CompletableFuture<Outcome> nextReply;
    private LogWriter log = writer(limits(4, 1 << 20, 5_000));

    @AfterEach
    void stop() throws InterruptedException {
        log.fence("the test is over");
        assertThat(log.awaitStopped(TimeUnit.SECONDS.toNanos(10))).isTrue();
        callbacks.shutdownNow();
    }

    @Test
    void aLoneOperationGoesOutAtOnce() throws Exception {
        append(1);

        awaitSent(1);
        assertThat(sent.get(0).term()).isEqualTo(TERM);
        assertThat(sent.get(0).sequence()).isEqualTo(1);
        assertThat(sent.get(0).clockMillis()).isEqualTo(1234);
        assertThat(numbers(sent.get(0))).containsExactly(1L);
    }

    @Test
    void whileAnEntryIsInFlightOperationsGatherAndGoOutTogetherWhenItReturns() throws Exception {
        append(1);
        awaitSent(1);
        append(2);
        append(3);
        assertThat(sent).hasSize(1);

        replies.get(0).complete(Outcome.APPLIED);

        awaitSent(2);
        assertThat(numbers(sent.get(1))).containsExactly(2L, 3L);
        assertThat(sent.get(1).sequence()).isEqualTo(2);
        await().untilAsserted(() -> assertThat(acks.committed).containsExactly(1L));
    }

    @Test
    void aFullEntryGoesOutWhileOthersAreInFlightButNeverMoreThanAllowed() throws Exception {
        append(1);
        awaitSent(1);
        for (var i = 2; i < 10; i++) {
            log.append(large(i, 60 << 10), acks.of(i));
        }

        awaitSent(4);
        assertThat(sent).hasSize(4);

        replies.get(0).complete(Outcome.APPLIED);
        awaitSent(5);
        assertThat(sent).extracting(Entry::sequence).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void callbacksComeInOrderWhateverTheOrderOfReplies() throws Exception {
        append(1);
        awaitSent(1);
        log.append(large(2, 64 << 10), acks.of(2));
        awaitSent(2);

        replies.get(1).complete(Outcome.APPLIED);
        replies.get(0).complete(Outcome.APPLIED);

        await().untilAsserted(() -> assertThat(acks.committed).containsExactly(1L, 2L));
    }

    @Test
    void bytesAreCopiedWhenTheyAreHandedOver() throws Exception {
        append(1);
        awaitSent(1);
        var bytes = ByteBuffer.allocate(Long.BYTES).putLong(42).flip();
        log.append(new FileOperation.Write(FileId.FIRST, 0, bytes), acks.of(42));
        bytes.putLong(0, 666);

        replies.get(0).complete(Outcome.APPLIED);

        awaitSent(2);
        assertThat(numbers(sent.get(1))).containsExactly(42L);
        assertThat(bytes.position()).isZero();
    }

    @Test
    void aRefusalKnownAtOnceFencesBeforeTheNextEntryGoesOut() throws Exception {
        nextReply = CompletableFuture.failedFuture(new IllegalStateException("resource unavailable"));

        append(1);
        assertThatThrownBy(() -> acks.appendAll(log, 2, 1_000_000)).isInstanceOf(FencedException.class);

        assertThat(sent).hasSize(1);
        await().untilAsserted(() -> assertThat(acks.failed).contains(1L).isSorted());
        assertThat(acks.committed).isEmpty();
        assertThat(fenced).hasSize(1);
        assertThat(fenced.get(0)).hasMessageContaining("resource unavailable");
    }

    @Test
    void aReplyThatTheEntryDoesNotCountFences() throws Exception {
        append(1);
        awaitSent(1);

        replies.get(0).complete(Outcome.DROPPED);

        await().untilAsserted(() -> assertThat(acks.failed).containsExactly(1L));
        assertThat(fenced.get(0)).hasMessageContaining("does not count");
    }

    @Test
    void fencingFailsEverythingPendingInOrderAndLateRepliesChangeNothing() throws Exception {
        append(1);
        awaitSent(1);
        append(2);
        var barrier = log.barrier();

        log.fence("lost");
        replies.get(0).complete(Outcome.APPLIED);

        await().untilAsserted(() -> assertThat(acks.failed).containsExactly(1L, 2L));
        assertThat(acks.committed).isEmpty();
        assertThatThrownBy(() -> barrier.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(FencedException.class);
        assertThat(log.waitingBytes()).isZero();
    }

    @Test
    void anEntryWithoutAnAnswerForTooLongFences() throws Exception {
        append(1);
        awaitSent(1);
        log.fenceIfOverdue();
        assertThat(log.isFenced()).isFalse();

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(21));
        log.fenceIfOverdue();

        assertThat(log.isFenced()).isTrue();
        await().untilAsserted(() -> assertThat(acks.failed).containsExactly(1L));
    }

    @Test
    void aBarrierWaitsForAllBeforeItAndForNothingAfterIt() throws Exception {
        assertThat(log.barrier()).succeedsWithin(10, TimeUnit.SECONDS);
        append(1);
        awaitSent(1);
        var whileInFlight = log.barrier();
        append(2);
        var whileWaiting = log.barrier();
        assertThat(whileInFlight).isNotDone();

        replies.get(0).complete(Outcome.APPLIED);
        assertThat(whileInFlight).succeedsWithin(10, TimeUnit.SECONDS);
        assertThat(whileWaiting).isNotDone();
        awaitSent(2);
        replies.get(1).complete(Outcome.APPLIED);

        assertThat(whileWaiting).succeedsWithin(10, TimeUnit.SECONDS);
        assertThat(acks.committed).containsExactly(1L, 2L);
    }

    @Test
    void writersWaitForRoomAndGoOnWhenThereIsSome() throws Exception {
        replace(limits(1, 128 << 10, 30_000));
        append(0);
        awaitSent(1);
        log.append(large(1, 60 << 10), acks.of(1));
        log.append(large(2, 60 << 10), acks.of(2));
        var blocked = blockedAppend(3);

        replies.get(0).complete(Outcome.APPLIED);

        blocked.get(10, TimeUnit.SECONDS);
        assertThat(log.waitingBytes()).isLessThanOrEqualTo(128 << 10);
    }

    @Test
    void aWriterThatWaitsForRoomIsWokenByFencing() throws Exception {
        replace(limits(1, 64 << 10, 30_000));
        append(0);
        awaitSent(1);
        log.append(large(1, 60 << 10), acks.of(1));
        var blocked = blockedAppend(2);

        log.fence("lost");

        assertThatThrownBy(() -> blocked.get(10, TimeUnit.SECONDS)).hasRootCauseInstanceOf(FencedException.class);
        await().untilAsserted(() -> assertThat(acks.failed).containsExactly(0L, 1L));
    }

    @Test
    void aWriterDoesNotWaitForRoomForEver() throws Exception {
        replace(limits(1, 64 << 10, 50));
        append(0);
        awaitSent(1);
        log.append(large(1, 60 << 10), acks.of(1));

        assertThatThrownBy(() -> log.append(large(2, 60 << 10), acks.of(2)))
                .isInstanceOf(BacklogFullException.class)
                .hasMessageContaining("50 ms");
        assertThat(log.isFenced()).isFalse();
    }

    @Test
    void anOperationTooLargeForAnEntryIsRefused() {
        assertThatThrownBy(() -> log.append(large(1, (64 << 10) + 1), acks.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allowed: 65536");
    }

    @Test
    void operationsOfManyThreadsKeepEachThreadsOrder() throws Exception {
        var threads = LongStream.range(0, 4)
                .mapToObj(t -> CompletableFuture.runAsync(() -> {
                    try {
                        acks.appendAll(log, t * 1_000_000, 2_000);
                    } catch (FencedException | BacklogFullException e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .toList();
        while (acks.committed.size() < 8_000) {
            replies.forEach(reply -> reply.complete(Outcome.APPLIED));
            Thread.onSpinWait();
        }

        threads.forEach(CompletableFuture::join);
        for (var t = 0L; t < 4; t++) {
            var own = t;
            assertThat(acks.committedSoFar().stream().filter(n -> n / 1_000_000 == own))
                    .hasSize(2_000)
                    .isSorted();
        }
        assertThat(sent.stream().flatMap(entry -> numbers(entry).stream()).toList())
                .isEqualTo(acks.committedSoFar());
        assertThat(sent).extracting(Entry::sequence).isSorted().doesNotHaveDuplicates();
    }

    private static LogWriter.Limits limits(int inFlight, long waitingBytes, long roomMillis) {
        return new LogWriter.Limits(
                64 << 10,
                64 << 10,
                inFlight,
                waitingBytes,
                TimeUnit.MILLISECONDS.toNanos(roomMillis),
                TimeUnit.SECONDS.toNanos(20));
    }

    private LogWriter writer(LogWriter.Limits limits) {
        LogSink sink = entry -> {
            var reply = nextReply == null ? new CompletableFuture<Outcome>() : nextReply;
            replies.add(reply);
            sent.add(Entry.decode(entry));
            return reply;
        };
        var around = new LogWriter.Surroundings("0", sink, () -> 1234, nanos::get, callbacks);
        var writer = new LogWriter(TERM, limits, around, fenced::add);
        writer.start();
        return writer;
    }

    private void replace(LogWriter.Limits limits) {
        log.fence("replaced");
        log = writer(limits);
    }

    private void append(long value) throws Exception {
        log.append(MemoryState.number(value), acks.of(value));
    }

    private CompletableFuture<Void> blockedAppend(long value) {
        var thread = new CompletableFuture<Thread>();
        var done = CompletableFuture.runAsync(() -> {
            thread.complete(Thread.currentThread());
            try {
                log.append(large(value, 60 << 10), acks.of(value));
            } catch (FencedException | BacklogFullException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> thread.join().getState() == Thread.State.TIMED_WAITING);
        assertThat(done).isNotDone();
        return done;
    }

    private void awaitSent(int entries) {
        await().until(() -> sent.size() >= entries);
    }

    private static FileOperation large(long value, int bytes) {
        return new FileOperation.Write(
                FileId.FIRST, 0, ByteBuffer.allocate(bytes).putLong(value).rewind());
    }

    private static List<Long> numbers(Entry entry) {
        return entry.operations().stream()
                .map(FileOperation.Write.class::cast)
                .flatMap(write -> LongStream.range(0, write.bytes().remaining() / Long.BYTES)
                        .mapToObj(i -> write.bytes().getLong((int) i * Long.BYTES)))
                .toList();
    }
}
