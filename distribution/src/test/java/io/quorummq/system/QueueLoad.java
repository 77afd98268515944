/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Clients at several doors that send to and take from one queue, whatever fails, until they are stopped. */
final class QueueLoad implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QueueLoad.class);
    /** An application does not hammer at a cluster that is down. */
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);

    private static final Duration STOP_MAX = Duration.ofSeconds(90);

    private final History history;
    private final Silences silences;
    private final String filler;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ConcurrentLinkedQueue<QueueClient> clients = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger names = new AtomicInteger();

    /** Bodies have this length at least. */
    QueueLoad(History history, Silences silences, int bodyLength) {
        this.history = history;
        this.silences = silences;
        this.filler = "x".repeat(bodyLength);
    }

    /** A thread that sends through this client, which it closes in the end. */
    void sender(String door, QueueClient client) {
        clients.add(client);
        var name = door + "-" + names.incrementAndGet();
        threads.execute(() -> {
            try (client) {
                for (int n = 0; !isStopped(); n++) {
                    sendOne(door, client, name + "-" + n + "-" + filler);
                }
            }
        });
    }

    private void sendOne(String door, QueueClient client, String body) {
        history.sending(body);
        try {
            client.send(body);
        } catch (Exception e) {
            recover(door + " send", client, e);
            history.failed(body);
            return;
        }
        history.acknowledged(body);
        silences.acknowledged(door);
    }

    /** A thread that takes messages by this client, which it closes in the end. */
    void taker(String door, QueueClient client) {
        clients.add(client);
        var name = door + "-" + names.incrementAndGet();
        threads.execute(() -> {
            try (client) {
                while (!isStopped()) {
                    takeSome(name, client);
                }
            }
        });
    }

    private void takeSome(String name, QueueClient client) {
        var asked = history.now();
        List<String> bodies;
        try {
            bodies = client.receive();
        } catch (Exception e) {
            recover(name + " receive", client, e);
            return;
        }
        if (bodies.isEmpty()) {
            return;
        }
        bodies.forEach(body -> history.received(name, body, asked));
        history.deleting(name, bodies);
        try {
            client.deleteReceived();
        } catch (Exception e) {
            recover(name + " delete", client, e);
            return;
        }
        history.deleted(name, bodies);
    }

    private void recover(String what, QueueClient client, Exception failure) {
        failures.add(what + ": " + failure);
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

    /** How often a client found its connection closed for good. */
    int reconnects() {
        return clients.stream().mapToInt(QueueClient::reconnects).sum();
    }

    /** What was refused or cut off so far, in order. */
    List<String> failures() {
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
}
