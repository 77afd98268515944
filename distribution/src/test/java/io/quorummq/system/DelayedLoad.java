/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import io.quorummq.system.DelayLedger.Numbers;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Clients that send delayed messages, each until it is acknowledged, and take them, whatever fails, until they are stopped. */
final class DelayedLoad implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DelayedLoad.class);
    private static final int BODY_LENGTH = 1024;
    private static final int FAILURES_KEPT = 20;
    /** An application does not hammer at a cluster that is down. */
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);

    private static final Duration STOP_MAX = Duration.ofSeconds(90);

    private final DelayLedger ledger;
    private final Duration from;
    private final Duration span;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ConcurrentMap<String, LongAdder> taken = new ConcurrentHashMap<>();
    private final ConcurrentLinkedDeque<String> failures = new ConcurrentLinkedDeque<>();

    /** Delays are drawn evenly from this span that begins there. */
    DelayedLoad(DelayLedger ledger, Duration from, Duration span) {
        this.ledger = ledger;
        this.from = from;
        this.span = span;
    }

    /**
     * A thread that sends these messages through this client, which it closes in the end.
     *
     * @param batch how many are sent, and acknowledged, together
     */
    void sender(SendingDoor door, QueueClient client, Numbers numbers, int batch) {
        var random = new SplittableRandom(numbers.from());
        threads.execute(() -> {
            try (client) {
                for (int first = numbers.from(); first < numbers.until() && !isStopped(); first += batch) {
                    var drawn = from.plusMillis(random.nextLong(span.toMillis() + 1));
                    var delay = door.unit().multipliedBy(drawn.dividedBy(door.unit()));
                    send(door, client, new Numbers(first, Math.min(first + batch, numbers.until())), delay);
                }
            }
        });
    }

    private void send(SendingDoor door, QueueClient client, Numbers numbers, Duration delay) {
        var bodies = numbers.each().mapToObj(DelayedLoad::body).toList();
        while (!isStopped()) {
            ledger.sending(numbers, delay, door.earlyMax());
            try {
                client.send(bodies, delay);
                ledger.acknowledged(numbers);
                return;
            } catch (Exception e) {
                ledger.failed(numbers);
                recover(door.name() + " send", client, e);
            }
        }
    }

    private static String body(int number) {
        var text = new StringBuilder(BODY_LENGTH).append(number).append('-');
        return text.append("x".repeat(BODY_LENGTH - text.length())).toString();
    }

    /** A thread that takes messages by this client, which it closes in the end. */
    void taker(String door, QueueClient client) {
        threads.execute(() -> {
            try (client) {
                while (!isStopped()) {
                    takeSome(door, client);
                }
            }
        });
    }

    private void takeSome(String door, QueueClient client) {
        var asked = ledger.now();
        List<Integer> numbers;
        try {
            numbers = client.receive().stream().map(DelayedLoad::number).toList();
        } catch (Exception e) {
            recover(door + " receive", client, e);
            return;
        }
        if (numbers.isEmpty()) {
            return;
        }
        numbers.forEach(number -> ledger.received(number, asked));
        taken.computeIfAbsent(door, none -> new LongAdder()).add(numbers.size());
        try {
            client.deleteReceived();
        } catch (Exception e) {
            ledger.deleteLost(numbers);
            recover(door + " delete", client, e);
            return;
        }
        ledger.deleted(numbers);
    }

    private static int number(String body) {
        return Integer.parseInt(body.substring(0, body.indexOf('-')));
    }

    private void recover(String what, QueueClient client, Exception failure) {
        failures.add(what + ": " + failure);
        if (failures.size() > FAILURES_KEPT) {
            failures.poll();
        }
        LOG.debug("{} failed", what, failure);
        try {
            if (!stopped.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS)) {
                client.recover();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isStopped() {
        return stopped.getCount() == 0 || Thread.currentThread().isInterrupted();
    }

    /** How many messages came to this door so far. */
    long taken(String door) {
        var count = taken.get(door);
        return count == null ? 0 : count.sum();
    }

    /** What was refused or cut off last. */
    List<String> lastFailures() {
        return List.copyOf(failures);
    }

    /** Ends all clients after what they are doing. */
    @Override
    public void close() {
        stopped.countDown();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
                threads.shutdownNow();
                throw new AssertionError("a client hangs, " + STOP_MAX.toSeconds() + " s after the load was stopped");
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /**
     * How a door understands delays.
     *
     * @param unit a delay is a multiple of it
     * @param earlyMax how much earlier a message may come, because of the clock by which the delay is counted
     */
    record SendingDoor(String name, Duration unit, Duration earlyMax) {}
}
