/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.demo;

import io.quorummq.cmqclient.CmqClient;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A client at each door that sends numbered messages, one after the other, and notes which were acknowledged. One that was
 * not is left alone: whether it is stored is not known, and the next message is sent.
 */
final class Flow implements AutoCloseable {
    /** About as many messages as a person can follow, and as few as are drained in a moment. */
    private static final Duration PAUSE = Duration.ofMillis(10);

    private static final int END_SECONDS_MAX = 30;

    private final LongSupplier nanoTime;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Set<String> acknowledged = new HashSet<>();
    private int unknown;
    private long lastAcknowledgement;

    Flow(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** One more client, whose messages begin with this name. */
    void add(String name, Sender sender) {
        threads.execute(() -> {
            try {
                for (int n = 1; !stopped.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS); n++) {
                    send(sender, name + " " + n);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void send(Sender sender, String text) throws InterruptedException {
        try {
            sender.send(text);
            noteAcknowledged(text);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception unknownFate) {
            noteUnknown();
        }
    }

    private synchronized void noteAcknowledged(String text) {
        acknowledged.add(text);
        lastAcknowledgement = nanoTime.getAsLong();
        notifyAll();
    }

    private synchronized void noteUnknown() {
        unknown++;
    }

    /** Waits until so many further messages were acknowledged; gives how many there are now. */
    synchronized int awaitAcknowledged(int further, Duration max) throws InterruptedException {
        var wanted = acknowledged.size() + further;
        var end = nanoTime.getAsLong() + max.toNanos();
        while (acknowledged.size() < wanted) {
            var rest = TimeUnit.NANOSECONDS.toMillis(end - nanoTime.getAsLong());
            if (rest <= 0) {
                throw new DemoFailure("only " + (acknowledged.size() + further - wanted)
                        + " messages were acknowledged in " + max.toSeconds() + " s");
            }
            wait(rest);
        }
        return acknowledged.size();
    }

    /** When the last message so far was acknowledged, by the clock of the flow. */
    synchronized long lastAcknowledgement() {
        return lastAcknowledgement;
    }

    /** The texts that were acknowledged so far. */
    synchronized Set<String> acknowledged() {
        return Set.copyOf(acknowledged);
    }

    /** How many sends have failed so far, so that nobody knows whether they are stored. */
    synchronized int unknown() {
        return unknown;
    }

    /** Lets every client end what it is doing. */
    @Override
    public void close() {
        stopped.countDown();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** Returns when the message was acknowledged. */
    interface Sender {
        void send(String text) throws Exception;
    }

    /** Sends by the first of these clients, and by the next one when that fails. */
    static Sender byAnyOf(List<CmqClient> clients, String queue) {
        return new Sender() {
            private int current;

            @Override
            public void send(String text) throws Exception {
                try {
                    clients.get(current).sendMessage(queue, text, Duration.ZERO).get();
                } catch (ExecutionException failed) {
                    current = (current + 1) % clients.size();
                    throw failed;
                }
            }
        };
    }
}
