/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorummq.replication.consensus.ReplicatedState.Outcome;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What would break an office, each as a test:
 *
 * <ol>
 *   <li>the news that it is lost overtakes the news that it is won
 *   <li>Raft says twice that one term is ready
 *   <li>it is lost while it is being taken
 *   <li>taking it fails, or its log is refused, while Raft still holds this node for the leader
 *   <li>stepping down fails the first time
 *   <li>it is handed over and the other does not get it: what was stopped must not start again in this term
 *   <li>it is handed over to the node that has it: Raft says "done", nobody serves
 *   <li>it is lost in the middle of handing it over
 *   <li>it is handed over twice at the same time
 *   <li>the node closes while it is being taken
 * </ol>
 */
final class LeadershipTest {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final UUID self = UUID.randomUUID();
    private final UUID other = UUID.randomUUID();
    private final RecordedBallot ballot = new RecordedBallot();
    private final RecordingHolder holder = new RecordingHolder();
    private final List<ByteBuffer> submitted = new CopyOnWriteArrayList<>();
    private final List<LogWriter> writers = new ArrayList<>();
    private RecordingHolder current = holder;
    private Leadership leadership = leadership(holder);

    @AfterEach
    void close() {
        leadership.close();
    }

    @Test
    void anOfficeIsTakenWhenReadyAndLeftWhenLost() {
        ballot.leadsIn = 3;
        leadership.onReady(3);
        await().until(() -> leadership.office().isPresent());
        var office = leadership.office().orElseThrow();

        ballot.leadsIn = 0;
        leadership.onLost(3);

        assertThat(office.log().isFenced()).isTrue();
        assertThat(leadership.office()).isEmpty();
        await().untilAsserted(() -> assertThat(holder.events).containsExactly("take 3", "lose 3"));
        assertThat(ballot.calls).isEmpty();
    }

    @Test
    void aLeaderWhoseFilesAreDamagedGivesTheOfficeAwayOnceInATerm() {
        var damaged = new AtomicBoolean();
        var unsound = new UnsoundLeader("0", leadership, damaged::get);
        ballot.leadsIn = 3;
        leadership.onReady(3);
        await().until(() -> leadership.office().isPresent());
        unsound.check();
        assertThat(holder.events).containsExactly("take 3");

        damaged.set(true);
        unsound.check();
        unsound.check();

        await().untilAsserted(() -> assertThat(holder.events).containsExactly("take 3", "hand over 3"));
        await().until(() -> leadership.office().isEmpty());
    }

    @Test
    void anOfficeLostBeforeItIsReadyIsNeverTaken() {
        leadership.onLost(3);
        leadership.onReady(3);
        ballot.leadsIn = 4;
        leadership.onReady(4);

        await().until(() -> leadership.office().isPresent());
        assertThat(holder.events).containsExactly("take 4");
    }

    @Test
    void aTermIsTakenAtMostOnce() {
        ballot.leadsIn = 3;
        leadership.onReady(3);
        await().until(() -> leadership.office().isPresent());
        leadership.office().orElseThrow().log().fence("as a test");
        leadership.onReady(3);

        await().untilAsserted(() -> assertThat(ballot.calls).contains("step down 3"));
        assertThat(holder.events).containsExactly("take 3", "lose 3");
        assertThat(leadership.office()).isEmpty();
    }

    @Test
    void anOfficeLostWhileItIsTakenIsLeftAfterwards() {
        var taking = new CountDownLatch(1);
        var lost = new CountDownLatch(1);
        replaceHolder(new RecordingHolder() {
            @Override
            public void takeOffice(Office office) throws Exception {
                super.takeOffice(office);
                taking.countDown();
                assertThat(lost.await(10, TimeUnit.SECONDS)).isTrue();
                assertThat(office.log().isFenced()).isTrue();
            }
        });
        leadership.onReady(3);
        await().until(() -> taking.getCount() == 0);

        leadership.onLost(3);
        lost.countDown();

        await().untilAsserted(() -> assertThat(current.events).containsExactly("take 3", "lose 3"));
        assertThat(leadership.office()).isEmpty();
    }

    @Test
    void anOfficeThatCannotBeTakenIsGivenUpForGood() {
        replaceHolder(new RecordingHolder() {
            @Override
            public void takeOffice(Office office) throws Exception {
                super.takeOffice(office);
                throw new IllegalStateException("the journal does not load");
            }
        });
        ballot.leadsIn = 3;

        leadership.onReady(3);

        await().untilAsserted(() -> assertThat(ballot.calls).containsExactly("step down 3"));
        assertThat(current.events).containsExactly("take 3");
        assertThat(current.offices.get(0).log().isFenced()).isTrue();
    }

    @Test
    void whoCannotServePassesTheOfficeOnAndStepsDownWhenThatFails() {
        ballot.hasSuccessor = true;
        ballot.leadsIn = 3;
        leadership.onReady(3);
        await().until(() -> leadership.office().isPresent());
        leadership.office().orElseThrow().log().fence("as a test");
        await().untilAsserted(() -> assertThat(ballot.calls).containsExactly("transfer fenced"));

        ballot.transferFails = true;
        ballot.leadsIn = 4;
        leadership.onReady(4);
        await().until(() -> leadership.office().isPresent());
        leadership.office().orElseThrow().log().fence("as a test");

        await().untilAsserted(() ->
                assertThat(ballot.calls).containsExactly("transfer fenced", "transfer fenced", "step down 4"));
    }

    @Test
    void aStepDownThatFailedIsAskedForAgain() {
        ballot.leadsIn = 3;
        ballot.stepDownFails = true;
        leadership.onReady(3);
        await().until(() -> leadership.office().isPresent());
        leadership.office().orElseThrow().log().fence("as a test");
        await().until(() -> ballot.calls.size() == 1);

        ballot.stepDownFails = false;
        leadership.stepDownIfStuck();

        await().untilAsserted(() -> assertThat(ballot.calls).containsExactly("step down 3", "step down 3"));
        leadership.stepDownIfStuck();
        assertThat(ballot.calls).hasSize(2);
    }

    @Test
    void aHandOverStopsThenFencesThenTransfers() throws Exception {
        replaceHolder(new RecordingHolder() {
            @Override
            public void handOver(Office office) throws Exception {
                super.handOver(office);
                office.log().append(MemoryState.number(1), new Acks().of(1));
            }
        });
        ballot.leadsIn = 3;
        leadership.onReady(3);
        await().until(() -> leadership.office().isPresent());

        leadership.handOver(other, LIMIT).get(10, TimeUnit.SECONDS);

        assertThat(submitted).hasSize(1);
        assertThat(ballot.calls).containsExactly("transfer fenced");
        assertThat(current.events).containsExactly("take 3", "hand over 3");
        assertThat(leadership.office()).isEmpty();
    }

    @Test
    void aHandOverThatFailsEndsInSteppingDownNeverInTakingUpTheTermAgain() {
        ballot.leadsIn = 3;
        ballot.transferFails = true;
        leadership.onReady(3);
        await().until(() -> leadership.office().isPresent());

        assertThatThrownBy(() -> leadership.handOver(other, LIMIT).get(10, TimeUnit.SECONDS))
                .hasRootCauseMessage("not caught up");

        assertThat(ballot.calls).containsExactly("transfer fenced", "step down 3");
        assertThat(leadership.office()).isEmpty();
        leadership.onReady(3);
        leadership.onLost(3);
        ballot.leadsIn = 5;
        leadership.onReady(5);
        await().until(() -> leadership.office().isPresent());
        assertThat(holder.events).containsExactly("take 3", "hand over 3", "take 5");
    }

    @Test
    void handingOverToItselfIsRefusedAndChangesNothing() {
        ballot.leadsIn = 3;
        leadership.onReady(3);
        await().until(() -> leadership.office().isPresent());

        assertThatThrownBy(() -> leadership.handOver(self, LIMIT).get(10, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(IllegalArgumentException.class);

        assertThat(leadership.office()).isPresent();
        assertThat(holder.events).containsExactly("take 3");
    }

    @Test
    void anOfficeLostInTheMiddleOfItsHandOverIsNotTransferredTwice() {
        replaceHolder(new RecordingHolder() {
            @Override
            public void handOver(Office office) throws Exception {
                super.handOver(office);
                ballot.leadsIn = 0;
                leadership.onLost(3);
                office.log().append(MemoryState.number(1), new Acks().of(1));
            }
        });
        ballot.leadsIn = 3;
        ballot.transferFails = true;
        leadership.onReady(3);
        await().until(() -> leadership.office().isPresent());

        assertThatThrownBy(() -> leadership.handOver(other, LIMIT).get(10, TimeUnit.SECONDS))
                .hasRootCauseMessage("not caught up");

        assertThat(submitted).isEmpty();
        assertThat(ballot.calls).containsExactly("transfer fenced");
        assertThat(current.events).containsExactly("take 3", "hand over 3");
    }

    @Test
    void theSecondOfTwoHandOversIsRefused() throws Exception {
        ballot.leadsIn = 3;
        leadership.onReady(3);
        await().until(() -> leadership.office().isPresent());

        var first = leadership.handOver(other, LIMIT);
        var second = leadership.resign();

        first.get(10, TimeUnit.SECONDS);
        assertThatThrownBy(() -> second.get(10, TimeUnit.SECONDS)).hasMessageContaining("does not lead");
        assertThat(ballot.calls).containsExactly("transfer fenced");
    }

    @Test
    void closingLeavesTheOfficeAndTakesNoOther() {
        leadership.onReady(3);
        await().until(() -> leadership.office().isPresent());

        leadership.close();
        leadership.onReady(4);

        assertThat(holder.events).containsExactly("take 3", "lose 3");
        assertThat(leadership.office()).isEmpty();
    }

    private void replaceHolder(RecordingHolder replacement) {
        leadership.close();
        current = replacement;
        leadership = leadership(replacement);
    }

    private Leadership leadership(Officeholder officeholder) {
        return new Leadership("0", self, ballot, officeholder, (term, onFenced) -> {
            LogSink sink = entry -> {
                submitted.add(entry);
                return CompletableFuture.completedFuture(Outcome.APPLIED);
            };
            var around = new LogWriter.Surroundings("0", sink, () -> 1, System::nanoTime, Runnable::run);
            var writer = new LogWriter(term, RaftSettings.defaults().writing(), around, onFenced);
            writers.add(writer);
            return writer;
        });
    }

    /** Leads in the term it is told to, and notes what it is asked. */
    private final class RecordedBallot implements Ballot {
        final List<String> calls = new CopyOnWriteArrayList<>();
        volatile long leadsIn;
        volatile boolean stepDownFails;
        volatile boolean transferFails;
        volatile boolean hasSuccessor;

        @Override
        public CompletableFuture<Void> stepDown(long term) {
            calls.add("step down " + term);
            if (stepDownFails) {
                return CompletableFuture.failedFuture(new IllegalStateException("busy"));
            }
            leadsIn = 0;
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> transfer(UUID member, Duration limit) {
            var fenced = writers.get(writers.size() - 1).isFenced();
            calls.add("transfer " + (fenced ? "fenced" : "NOT fenced"));
            if (transferFails) {
                return CompletableFuture.failedFuture(new IllegalStateException("not caught up"));
            }
            leadsIn = 0;
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public Optional<UUID> successor() {
            return hasSuccessor ? Optional.of(other) : Optional.empty();
        }

        @Override
        public boolean leads(long term) {
            return leadsIn == term;
        }
    }
}
