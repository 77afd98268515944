/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.config.Home;
import io.quorummq.core.Limits;
import io.quorummq.core.artemis.BrokerConfiguration;
import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.message.QueueName;
import io.quorummq.core.queue.AttributeChanges;
import io.quorummq.core.queue.CmqQueue;
import io.quorummq.core.queue.Queues;
import io.quorummq.replication.artemis.ReplicatedStorage;
import io.quorummq.replication.consensus.LeaderFiles;
import io.quorummq.replication.consensus.RehearsalOffice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a follower do once, on scratch files, what a leader does: the first engine of a process takes seconds of loading and
 * compiling, which nobody shall wait for after a leader has died.
 */
final class Rehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
    private static final int MESSAGES = 200;
    private static final int WAIT_SECONDS_MAX = 30;

    private final Home home;
    private final InstantSource clock;
    private final SecureRandom random;

    Rehearsal(Home home, InstantSource clock, SecureRandom random) {
        this.home = home;
        this.clock = clock;
        this.random = random;
    }

    /** What goes wrong here is logged and harms nobody. */
    void perform() {
        var scratch = home.data().resolve("rehearsal");
        var begun = System.nanoTime();
        try {
            delete(scratch);
            play(scratch);
            LOG.info("Rehearsed leading in {} ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn("The rehearsal failed; taking over will take longer", e);
        } finally {
            dropQuietly(scratch);
        }
    }

    private void play(Path scratch) throws Exception {
        try (var files = new RehearsalOffice(scratch, clock, System::nanoTime);
                var broker = new ActiveBroker(
                        BrokerConfiguration.read(home.brokerXml(), home.directory())
                                .secluded(),
                        new ReplicatedStorage(new LeaderFiles(files.office(), files.store()), new UUID(0, 0), scratch),
                        secretId -> Optional.empty(),
                        clock,
                        random)) {
            broker.start();
            var queues = new Queues(() -> Optional.of(broker.broker()), Limits.DEFAULT);
            var queue = queues.create(new QueueName("rehearsal"), AttributeChanges.none())
                    .toCompletableFuture()
                    .get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
            for (int i = 0; i < MESSAGES; i++) {
                passThrough(queue);
            }
        }
    }

    private static void passThrough(CmqQueue queue) throws ExecutionException, InterruptedException, TimeoutException {
        var message = new NewMessage("rehearsal", Duration.ZERO);
        var sent = queue.send(Collections.nCopies(2, message)).toCompletableFuture();
        var unused = sent.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        var received = queue.receive(2, Duration.ofSeconds(1)).get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        var handles = received.stream().map(Delivery::handle).toList();
        var unusedToo = queue.delete(handles).toCompletableFuture().get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
    }

    private static void dropQuietly(Path directory) {
        try {
            delete(directory);
        } catch (IOException e) {
            LOG.warn("{} was not deleted; the next start does it", directory, e);
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
