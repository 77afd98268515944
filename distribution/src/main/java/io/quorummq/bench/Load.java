/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What the workers of one round share: what to send until when, and whom to tell. */
final class Load {
    private static final long UNBOUNDED_NANOS = TimeUnit.DAYS.toNanos(365);

    /** All these protocols have times in milliseconds: what comes less before its time is not early. */
    private static final long EARLY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final BenchSettings settings;
    private final Delays delays;
    private final NanoClock clock;
    private final InstantSource wallClock;
    private final int run;
    private final String padding;
    private final AtomicLong left;
    private final Meter meter = new Meter();
    private final Ledger ledger;
    private volatile long start;
    private volatile long sendUntil;
    private volatile boolean sendingStopped;
    private volatile boolean receiving = true;
    private volatile long lastReceived;
    private volatile long lastConfirmed;
    private final AtomicLong lastDue = new AtomicLong();

    /** @param run tells this round's messages from those that lay in the queues before */
    Load(BenchSettings settings, Delays delays, NanoClock clock, InstantSource wallClock, int run) {
        this.settings = settings;
        this.delays = delays;
        this.clock = clock;
        this.wallClock = wallClock;
        this.run = run;
        this.left = new AtomicLong(settings.messages().orElse(Long.MAX_VALUE));
        this.padding = Stamp.padding(settings.messageBytes());
        this.ledger = new Ledger(settings.producers());
    }

    /** Starts the time of the round; called once, before any worker begins. */
    void begin() {
        start = clock.now();
        lastReceived = start;
        lastConfirmed = start;
        lastDue.set(start);
        sendUntil = start
                + (settings.messages().isPresent()
                        ? UNBOUNDED_NANOS
                        : settings.warmUp().plus(settings.duration()).toNanos());
    }

    BenchSettings settings() {
        return settings;
    }

    Delays delays() {
        return delays;
    }

    NanoClock clock() {
        return clock;
    }

    Meter meter() {
        return meter;
    }

    Ledger ledger() {
        return ledger;
    }

    long start() {
        return start;
    }

    long sendUntil() {
        return sendUntil;
    }

    /** Whether the first messages do not count; where a number of messages is given, all count. */
    boolean hasWarmUp() {
        return settings.messages().isEmpty() && !settings.warmUp().isZero();
    }

    /** The latest time at which a message of this round was confirmed, came out or is due. */
    long lastEvent() {
        return later(later(lastReceived, lastConfirmed), lastDue.get());
    }

    /** Consumers begin now: the quiet before does not count against them. */
    void drainBegins() {
        lastReceived = clock.now();
    }

    /** Whether every confirmed message came out. */
    boolean allReceived() {
        var counts = meter.counts();
        return counts.received() - meter.duplicateCount() >= counts.confirmed() && ledger.missing() == 0;
    }

    Schedule schedule(int producer, int messagesPerSend) {
        var rate = settings.rate();
        return rate.isPresent()
                ? Schedule.share(start, rate.getAsDouble(), messagesPerSend, producer, settings.producers())
                : Schedule.unlimited();
    }

    /**
     * How many of {@code wanted} messages, due at that time, may still be sent; 0 ends a producer. What was due before
     * the end is sent although it is late, else a stall at the end would not show.
     */
    int grant(int wanted, long due) {
        if (sendingStopped || due - sendUntil >= 0) {
            return 0;
        }
        long before = left.getAndUpdate(count -> Math.max(0, count - wanted));
        return (int) Math.min(wanted, before);
    }

    void stopSending() {
        sendingStopped = true;
    }

    boolean receiving() {
        return receiving;
    }

    void stopReceiving() {
        receiving = false;
    }

    /** The delay of a send that is made now, of one message or a batch; {@code due} is its time in the schedule. */
    Timing timing(int producer, long firstNumber, int messages, long due) {
        if (delays.range().isEmpty()) {
            return new Timing(Duration.ZERO, due, 0);
        }
        long now = clock.now();
        long wallNow = wallClock.millis();
        var delay = delays.left(producer, firstNumber, Duration.ofNanos(now - start));
        if (delay.isZero() && delays.countedFrom() == Delays.From.START) {
            meter.overdue(messages);
        }
        long delayedDue = now + delay.toNanos();
        lastDue.accumulateAndGet(delayedDue, Load::later);
        return new Timing(delay, delayedDue, wallNow + delay.toMillis());
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }

    String body(int producer, long number, Timing timing) {
        return new Stamp(run, producer, number, timing.due(), timing.wallDue()).body(padding);
    }

    void confirmed(int producer, long number, long due) {
        ledger.confirmed(producer, number);
        long now = clock.now();
        meter.confirmed(now - due);
        lastConfirmed = now;
    }

    /** Counts a message that came out; of one that is not this round's only that it was there. */
    void received(Optional<Stamp> stamp) {
        if (stamp.isEmpty() || stamp.get().run() != run) {
            meter.foreign();
            return;
        }
        long now = clock.now();
        var own = stamp.get();
        meter.received(now - own.due(), ledger.received(own.producer(), own.number()));
        lastReceived = now;
        if (own.isDelayed()) {
            punctuality(now, own);
        }
    }

    /** A message is early when both clocks say so: the wall clock may be set, and is what some clients go by. */
    private void punctuality(long now, Stamp stamp) {
        long early = stamp.due() - now;
        if (early > EARLY_NANOS && stamp.wallDue() - wallClock.millis() > 1) {
            meter.early(early);
        }
        meter.delayed(-early);
    }
}
