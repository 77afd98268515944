/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.Peers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a leader does for the cluster's time: finds out what it is before it serves, tells it to the other members every other second,
 * and has it drawn towards the wall clocks that they answer.
 */
final class Timekeeping {
    private static final Logger LOG = LoggerFactory.getLogger(Timekeeping.class);
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** A member that is slower, or has no power, is left out; a leader that does not know the time serves so much later. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(1);

    private final String shard;
    private final UUID self;
    private final ClusterClock clock;
    private final Supplier<List<Member>> members;
    private final Peers peers;
    private final WrongClock wrongClock;
    private final LongSupplier nanoTicker;

    private @Nullable Office office;
    private @Nullable CompletableFuture<List<MemberClock>> asking;
    private long askedAt;
    private long unsettledTerm;

    Timekeeping(
            String shard,
            UUID self,
            ClusterClock clock,
            Supplier<List<Member>> members,
            Peers peers,
            WrongClock wrongClock,
            LongSupplier nanoTicker) {
        this.shard = shard;
        this.self = self;
        this.clock = clock;
        this.members = members;
        this.peers = peers;
        this.wrongClock = wrongClock;
        this.nanoTicker = nanoTicker;
    }

    /**
     * To be called before the office's first entry is written; waits for answers only where this process does not know the time.
     * Whoever is deposed meanwhile changes nothing but its own clock, which the next leader tells otherwise.
     */
    void begin(Office begun) throws InterruptedException {
        if (!clock.isRunning()) {
            var all = members.get();
            var answers = new Answers(all, new ClockCall.Question(begun.term(), false, 0));
            settle(begun, all.size(), answers.awaitEnoughToBegin());
        }
        synchronized (this) {
            office = begun;
            asking = null;
            askedAt = nanoTicker.getAsLong() - PERIOD_NANOS;
        }
    }

    /** To be called now and then, on any node; never blocks. */
    void tick() {
        Office now;
        CompletableFuture<List<MemberClock>> answers;
        List<Member> all;
        synchronized (this) {
            now = office;
            if (now == null
                    || nanoTicker.getAsLong() - askedAt < PERIOD_NANOS
                    || (asking != null && !asking.isDone())) {
                return;
            }
            if (now.log().isFenced()) {
                office = null;
                return;
            }
            askedAt = nanoTicker.getAsLong();
            all = members.get();
            answers = new Answers(all, new ClockCall.Question(now.term(), clock.isRunning(), clock.millis())).all();
            asking = answers;
        }
        var unused = answers.thenAccept(clocks -> conclude(now, all.size(), clocks))
                .exceptionally(failure -> {
                    LOG.error("Shard {}: the clocks of the members could not be compared", shard, failure);
                    return null;
                });
    }

    private void conclude(Office asked, int size, List<MemberClock> clocks) {
        if (asked.log().isFenced()) {
            return;
        }
        if (!clock.isRunning()) {
            settle(asked, size, clocks);
        }
        if (clock.isRunning() && clocks.size() > size / 2) {
            clock.drawTowards(MemberClock.middle(clocks));
            wrongClock.check(clocks);
        }
    }

    private synchronized void settle(Office asking, int size, List<MemberClock> clocks) {
        if (asking.log().isFenced()) {
            return;
        }
        var start = StartOfTime.of(size, clocks.stream().map(MemberClock::time).toList());
        clock.advanceTo(start.notBefore().orElse(clock.millis()));
        if (start.settled()) {
            clock.settle();
            LOG.info(
                    "Shard {}: the cluster's time is {}, by {} of {} members",
                    shard,
                    clock.instant(),
                    clocks.size(),
                    size);
        } else if (unsettledTerm != asking.term()) {
            unsettledTerm = asking.term();
            LOG.warn(
                    "Shard {}: the cluster was stopped, and its nodes do not agree on the time: {}; {} of {} members"
                            + " answer. It goes on from {}, and forward as soon as more of them agree",
                    shard,
                    clocks.stream()
                            .map(one -> one.label() + " says "
                                    + Instant.ofEpochMilli(one.time().wallMillis()))
                            .collect(Collectors.joining(", ")),
                    clocks.size(),
                    size,
                    clock.instant());
        }
    }

    private MemberClock own() {
        return new MemberClock(
                self,
                members.get().stream()
                        .filter(member -> member.id().equals(self))
                        .map(Member::label)
                        .findFirst()
                        .orElse("this node"),
                new NodeTime(clock.isRunning(), clock.millis(), clock.wallMillis()),
                clock.wallOffsetNanos());
    }

    /** The answers to one question, to every other member. */
    private final class Answers {
        private final List<MemberClock> answered = new ArrayList<>();
        private final CompletableFuture<List<MemberClock>> all = new CompletableFuture<>();
        private final CompletableFuture<List<MemberClock>> enough = new CompletableFuture<>();
        private final AtomicInteger missing;

        Answers(List<Member> members, ClockCall.Question question) {
            answered.add(own());
            var others =
                    members.stream().filter(member -> !member.id().equals(self)).toList();
            missing = new AtomicInteger(others.size() + 1);
            for (var member : others) {
                ask(member, question);
            }
            countDown();
        }

        private void ask(Member member, ClockCall.Question question) {
            var asked = nanoTicker.getAsLong();
            var address = new NodeAddress(member.host(), member.port());
            var unused = peers.call(address, ClockCall.service(shard), question.encode(), ANSWER_MAX)
                    .thenAccept(bytes -> heard(member, asked, ClockCall.decode(bytes)))
                    .whenComplete((done, failure) -> {
                        if (failure != null) {
                            LOG.debug("Shard {}: {} does not say what the time is", shard, member.label(), failure);
                        }
                        countDown();
                    });
        }

        /** It looked at its clock somewhere between question and answer. */
        private synchronized void heard(Member member, long asked, NodeTime time) {
            var middle = asked + (nanoTicker.getAsLong() - asked) / 2;
            answered.add(new MemberClock(
                    member.id(), member.label(), time, TimeUnit.MILLISECONDS.toNanos(time.wallMillis()) - middle));
            if (time.running()) {
                enough.complete(List.copyOf(answered));
            }
        }

        private void countDown() {
            if (missing.decrementAndGet() == 0) {
                synchronized (this) {
                    all.complete(List.copyOf(answered));
                    enough.complete(List.copyOf(answered));
                }
            }
        }

        CompletableFuture<List<MemberClock>> all() {
            return all;
        }

        /** All, one to whom the time is running, or as many as have come in time. */
        List<MemberClock> awaitEnoughToBegin() throws InterruptedException {
            try {
                return enough.get(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException late) {
                synchronized (this) {
                    return List.copyOf(answered);
                }
            }
        }
    }
}
