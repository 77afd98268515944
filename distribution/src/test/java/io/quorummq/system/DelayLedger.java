/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * What clients were told of delayed messages and what they saw, told by many threads, and whether the two agree. Messages
 * are numbered from 0 and take sixteen bytes each, so that millions can be followed. A message may come twice only if the
 * acknowledgement of its send or of its delete was lost.
 */
final class DelayLedger {
    private static final int SENT = 1;
    private static final int ACKNOWLEDGED = 2;
    private static final int BEING_SENT = 4;
    private static final int MAY_HAVE_TWIN = 8;
    private static final int HELD = 16;
    private static final int DELETE_LOST = 32;
    private static final int RECEPTION = 64;
    private static final int NEVER = Integer.MAX_VALUE;

    private final LongSupplier nanoTime;
    private final long start;
    private final AtomicIntegerArray states;
    /** In milliseconds from the start, like all times here. */
    private final AtomicIntegerArray dues;

    private final AtomicIntegerArray bounds;
    private final AtomicIntegerArray deletes;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final LongAdder inTime = new LongAdder();
    private final AtomicLong latest = new AtomicLong();
    private final AtomicLong earliest = new AtomicLong();
    private final Findings unexpected = new Findings("received and never sent");
    private final Findings early = new Findings("received before they were due");
    private final Findings undone = new Findings("handed out again after an acknowledged delete");
    private volatile boolean isBroken;

    /** For so many messages; all times are of this clock, which never goes back. */
    DelayLedger(int messages, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
        this.states = new AtomicIntegerArray(messages);
        this.dues = new AtomicIntegerArray(messages);
        this.bounds = new AtomicIntegerArray(messages);
        this.deletes = new AtomicIntegerArray(
                IntStream.generate(() -> NEVER).limit(messages).toArray());
    }

    /** The time to give to {@link #received}. */
    int now() {
        return (int) Duration.ofNanos(nanoTime.getAsLong() - start).toMillis();
    }

    /**
     * To be called before the send of these messages begins; if they are sent again, with the same delay.
     *
     * @param earlyMax how much earlier they may come, because of the clock by which the delay is counted
     */
    void sending(Numbers numbers, Duration delay, Duration earlyMax) {
        var due = now() + (int) delay.toMillis();
        var bound = due - (int) earlyMax.toMillis();
        var flags = SENT | BEING_SENT | (isBroken ? MAY_HAVE_TWIN : 0);
        numbers.each().forEach(number -> {
            dues.compareAndSet(number, 0, due);
            bounds.compareAndSet(number, 0, bound);
            set(number, flags);
        });
    }

    /** The send was acknowledged: from now on the messages must not be lost. */
    void acknowledged(Numbers numbers) {
        numbers.each().forEach(number -> {
            set(number, ACKNOWLEDGED);
            clear(number, BEING_SENT);
        });
        acknowledged.addAndGet(numbers.count());
    }

    /** The send failed, or its fate will never be known. */
    void failed(Numbers numbers) {
        numbers.each().forEach(number -> {
            set(number, MAY_HAVE_TWIN);
            clear(number, BEING_SENT);
        });
    }

    /** Something is broken on purpose, until {@link #healed}. */
    void broken() {
        isBroken = true;
        IntStream.range(0, states.length())
                .forEach(number -> states.updateAndGet(
                        number,
                        state -> state
                                | ((state & BEING_SENT) != 0 ? MAY_HAVE_TWIN : 0)
                                | ((state & HELD) != 0 ? DELETE_LOST : 0)));
    }

    /** The cluster serves again. */
    void healed() {
        isBroken = false;
    }

    /**
     * The message was handed out.
     *
     * @param askedAt when the client began to ask for it; what is answered later may have been decided earlier
     */
    void received(int number, int askedAt) {
        var now = now();
        if (number < 0 || number >= states.length() || (states.get(number) & SENT) == 0) {
            unexpected.add(number, "");
            return;
        }
        var before = states.getAndUpdate(number, state -> (state | HELD) + RECEPTION);
        var late = now - dues.get(number);
        earliest.accumulateAndGet(-late, Math::max);
        if (now < bounds.get(number)) {
            early.add(number, " by " + -late + " ms");
        }
        if (askedAt > deletes.get(number) && (before & MAY_HAVE_TWIN) == 0) {
            undone.add(number, " at " + deletes.get(number) + ", asked for at " + askedAt);
        }
        if (before < RECEPTION) {
            received.incrementAndGet();
            latest.accumulateAndGet(late, Math::max);
            if (late <= 1000) {
                inTime.increment();
            }
        }
    }

    /** The delete, or the acknowledgement of the delivery, was acknowledged. */
    void deleted(List<Integer> numbers) {
        var now = now();
        for (var number : numbers) {
            deletes.accumulateAndGet(number, now, Math::min);
            clear(number, HELD);
        }
    }

    /** It was not: the messages may be gone or come again. */
    void deleteLost(List<Integer> numbers) {
        for (var number : numbers) {
            set(number, DELETE_LOST);
            clear(number, HELD);
        }
    }

    private void set(int number, int flags) {
        states.updateAndGet(number, state -> state | flags);
    }

    private void clear(int number, int flags) {
        states.updateAndGet(number, state -> state & ~flags);
    }

    /** How many sends were acknowledged so far. */
    long acknowledgements() {
        return acknowledged.get();
    }

    /** How many different messages were received so far. */
    long receptions() {
        return received.get();
    }

    /** How many messages were acknowledged and not received yet. */
    long missing() {
        return count(state -> (state & ACKNOWLEDGED) != 0 && state < RECEPTION);
    }

    private long count(IntPredicate which) {
        return IntStream.range(0, states.length())
                .filter(number -> which.test(states.get(number)))
                .count();
    }

    /** Fails with all that is wrong, once everything was received; to be called when the queues are empty. */
    void requireSound() {
        var lost = new Findings("acknowledged and never received");
        var twice = new Findings("received more than once, though no acknowledgement was lost");
        for (int number = 0; number < states.length(); number++) {
            var state = states.get(number);
            if ((state & ACKNOWLEDGED) != 0 && state < RECEPTION) {
                lost.add(number, ", due at " + dues.get(number));
            }
            if (state >= 2 * RECEPTION && (state & (MAY_HAVE_TWIN | DELETE_LOST)) == 0) {
                twice.add(number, ", " + state / RECEPTION + " times");
            }
        }
        var wrong = new ArrayList<String>();
        for (var findings : List.of(lost, twice, unexpected, early, undone)) {
            findings.tell(wrong);
        }
        if (!wrong.isEmpty()) {
            throw new AssertionError(String.join("; ", wrong) + " (" + summary() + ")");
        }
    }

    /** The counts, for people. */
    String summary() {
        return String.format(
                Locale.ROOT,
                "%d messages acknowledged, %d received, %d of them more than once, %d within a second of their time; "
                        + "the earliest %d ms before and the latest %d ms after it",
                acknowledgements(),
                receptions(),
                count(state -> state >= 2 * RECEPTION),
                inTime.sum(),
                earliest.get(),
                latest.get());
    }

    /** Messages with consecutive numbers, the last one exclusive. */
    record Numbers(int from, int until) {
        IntStream each() {
            return IntStream.range(from, until);
        }

        int count() {
            return until - from;
        }
    }

    /** One thing that is wrong with some messages. */
    private static final class Findings {
        private static final int SHOWN_MAX = 10;

        private final String what;
        private final AtomicLong count = new AtomicLong();
        private final ConcurrentLinkedQueue<String> shown = new ConcurrentLinkedQueue<>();

        Findings(String what) {
            this.what = what;
        }

        void add(int number, String detail) {
            if (count.getAndIncrement() < SHOWN_MAX) {
                shown.add(number + detail);
            }
        }

        void tell(List<String> wrong) {
            if (count.get() > 0) {
                wrong.add(count + " " + what + ": " + shown);
            }
        }
    }
}
