/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.CmqRefusal;
import io.quorummq.cmqclient.ReceivedMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk of a real node is filled by somebody else while clients send. Below the first mark senders are refused and consumers go on;
 * at the end of the disk the node takes no part; all resumes by itself when there is room.
 */
@Tag("fault")
class DiskFullIT {
    private static final int DISK_MEGABYTES = 900;
    private static final long RESERVE_BYTES = 64L << 20;
    private static final long BELOW_FIRST_MARK_BYTES = 200L << 20;
    private static final int SEND_FAILED = 6000;
    private static final int BACKLOG = 1600;
    private static final int CONSUMED = 300;
    private static final String ORDERS = "orders";
    private static final String JOBS = "jobs";

    @TempDir
    Path directory;

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> stillLeased = ConcurrentHashMap.newKeySet();
    private final Set<String> consumed = ConcurrentHashMap.newKeySet();
    private final ExecutorService clients = Executors.newCachedThreadPool();

    @Test
    void sendsAreRefusedOnAFullDiskWhileConsumersGoOnAndAllResumesWithRoom() throws Exception {
        assumeTrue(LoopDisk.canBeMounted(), "skipped");
        try (var disk = LoopDisk.of(directory, DISK_MEGABYTES);
                var node = NodeProcess.in(directory, disk.path().resolve("home"))) {
            node.stop();
            node.configure("<max-size-bytes>[^<]*</max-size-bytes>", "<max-size-bytes>400K</max-size-bytes>");
            node.start();
            try (var cmq = node.cmq();
                    var core = node.core();
                    var amqp = node.amqp()) {
                var leased = makeBacklog(cmq, core, node);

                fillUnderLoad(disk, node, cmq, core, amqp);

                refuses(cmq, core, amqp);
                consumersGoOn(cmq, core, amqp);
                delete(cmq, leased.subList(0, leased.size() / 2));
                leased.subList(leased.size() / 2, leased.size()).forEach(message -> stillLeased.add(message.body()));
                refuses(cmq, core, amqp);
                assertThat(node.isAlive()).isTrue();

                disk.makeRoom();
                sendsWorkAgain(cmq, core, amqp);
            }
            node.kill();
            node.start();
            try (var cmq = node.cmq()) {
                nothingIsLostOrUndone(cmq);
            }
            assertThat(node.stop()).isZero();
        } finally {
            clients.shutdownNow();
        }
    }

    @Test
    void aNodeWhoseDiskIsFullToTheLastByteClosesAndOpensAgainByItself() throws Exception {
        assumeTrue(LoopDisk.canBeMounted(), "skipped");
        try (var disk = LoopDisk.of(directory, DISK_MEGABYTES);
                var node = NodeProcess.in(directory, disk.path().resolve("home"))) {
            try (var cmq = node.cmq();
                    var core = node.core()) {
                var leased = makeBacklog(cmq, core, node);
                stillLeased.addAll(leased.stream().map(ReceivedMessage::body).toList());
                var sender = clients.submit(
                        () -> sendUntilRefused(body -> send(cmq, body), "late-http-" + "y".repeat(2000)));

                disk.fill();

                assertThat(sender).succeedsWithin(Duration.ofSeconds(30)).isNotNull();
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> node.said().contains("takes no part until there is room"));
                assertThat(node.isAlive()).isTrue();
                disk.makeRoom();
                await().atMost(Duration.ofSeconds(40)).ignoreExceptions().until(() -> {
                    send(cmq, "again");
                    return true;
                });
                nothingIsLostOrUndone(cmq);
            }
            assertThat(node.stop()).isZero();
        } finally {
            clients.shutdownNow();
        }
    }

    private List<ReceivedMessage> makeBacklog(CmqClient cmq, Connection core, NodeProcess node) throws Exception {
        cmq.createQueue(ORDERS, Map.of("visibilityTimeout", "600")).get(20, TimeUnit.SECONDS);
        for (int batch = 0; batch < BACKLOG / 16; batch++) {
            var bodies = new ArrayList<String>();
            for (int i = 0; i < 16; i++) {
                bodies.add("backlog-" + batch + "-" + i + "-" + "x".repeat(900));
            }
            cmq.batchSendMessage(ORDERS, bodies, Duration.ZERO).get(20, TimeUnit.SECONDS);
            acknowledged.addAll(bodies);
        }
        try (var session = core.createSession(true, jakarta.jms.Session.SESSION_TRANSACTED);
                var producer = session.createProducer(session.createQueue(JOBS))) {
            for (int i = 0; i < BACKLOG; i++) {
                producer.send(session.createTextMessage("job-" + i));
                acknowledged.add("job-" + i);
            }
            session.commit();
        }
        var leased = new ArrayList<ReceivedMessage>();
        while (leased.size() < 96) {
            leased.addAll(
                    cmq.batchReceiveMessage(ORDERS, 16, Duration.ofSeconds(5)).get(20, TimeUnit.SECONDS));
        }
        var reserve = node.home().resolve("data/reserve");
        await().atMost(Duration.ofSeconds(20)).until(() -> Files.size(reserve) == RESERVE_BYTES);
        return leased;
    }

    /** Senders of all protocols write until they are refused, while the last byte goes. */
    private void fillUnderLoad(LoopDisk disk, NodeProcess node, CmqClient cmq, Connection core, Connection amqp)
            throws Exception {
        var senders = Map.of(
                "http",
                        clients.submit(
                                () -> sendUntilRefused(body -> send(cmq, body), "late-http-" + "y".repeat(2000))),
                "core", clients.submit(() -> sendUntilRefused(body -> send(core, body), "late-core-")),
                "amqp", clients.submit(() -> sendUntilRefused(body -> send(amqp, body), "late-amqp-")));
        disk.fillUntil(BELOW_FIRST_MARK_BYTES);
        for (var sender : senders.entrySet()) {
            assertThat(sender.getValue())
                    .as("sender by %s; node: %s", sender.getKey(), node.err())
                    .succeedsWithin(Duration.ofSeconds(15))
                    .isNotNull();
        }
        assertThat(node.isAlive()).isTrue();
    }

    private Exception sendUntilRefused(Sending sending, String prefix) {
        for (int i = 0; ; i++) {
            try {
                sending.send(prefix + i);
            } catch (Exception refused) {
                return refused;
            }
        }
    }

    private void refuses(CmqClient cmq, Connection core, Connection amqp) {
        assertThatThrownBy(() -> within(5, () -> send(cmq, "refused-http")))
                .rootCause()
                .isInstanceOfSatisfying(
                        CmqRefusal.class, refusal -> assertThat(refusal.code()).isEqualTo(SEND_FAILED))
                .hasMessageContaining("min-disk-free");
        assertThatThrownBy(() -> within(5, () -> send(core, "refused-core")))
                .cause()
                .isInstanceOf(JMSException.class)
                .hasMessageContaining("disk is full");
        assertThatThrownBy(() -> within(5, () -> send(amqp, "refused-amqp")))
                .cause()
                .isInstanceOf(JMSException.class)
                .hasMessageContaining("disk is full");
    }

    private void consumersGoOn(CmqClient cmq, Connection core, Connection amqp) throws Exception {
        for (int got = 0; got < CONSUMED; ) {
            var received =
                    cmq.batchReceiveMessage(ORDERS, 16, Duration.ofSeconds(2)).get(20, TimeUnit.SECONDS);
            assertThat(received).isNotEmpty();
            delete(cmq, received);
            got += received.size();
        }
        for (var connection : List.of(core, amqp)) {
            try (var session = connection.createSession();
                    var consumer = session.createConsumer(session.createQueue(JOBS))) {
                for (int i = 0; i < CONSUMED; i++) {
                    var message = (TextMessage) consumer.receive(5000);
                    assertThat(message).as("message %d of %s", i, connection).isNotNull();
                    consumed.add(message.getText());
                }
            }
        }
    }

    private void delete(CmqClient cmq, List<ReceivedMessage> messages) throws Exception {
        var handles = messages.stream().map(ReceivedMessage::receiptHandle).toList();
        for (int from = 0; from < handles.size(); from += 16) {
            var some = handles.subList(from, Math.min(handles.size(), from + 16));
            assertThat(cmq.batchDeleteMessage(ORDERS, some).get(20, TimeUnit.SECONDS))
                    .isEmpty();
        }
        messages.forEach(message -> consumed.add(message.body()));
    }

    private void sendsWorkAgain(CmqClient cmq, Connection core, Connection amqp) {
        for (var sending : List.<Sending>of(
                body -> send(cmq, "http-" + body),
                body -> send(core, "core-" + body),
                body -> send(amqp, "amqp-" + body))) {
            await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> {
                sending.send("again");
                return true;
            });
        }
    }

    private void nothingIsLostOrUndone(CmqClient cmq) throws Exception {
        var there = new HashSet<String>();
        for (var queue : List.of(ORDERS, JOBS)) {
            while (true) {
                var received = cmq.batchReceiveMessage(queue, 16, Duration.ofSeconds(1))
                        .get(20, TimeUnit.SECONDS);
                if (received.isEmpty()) {
                    break;
                }
                for (var message : received) {
                    assertThat(there.add(message.body()))
                            .as("once: %s", message.body())
                            .isTrue();
                }
            }
        }
        var lost = new HashSet<>(acknowledged);
        lost.removeAll(there);
        lost.removeAll(consumed);
        lost.removeAll(stillLeased);
        assertThat(lost).as("acknowledged and lost").isEmpty();
        var undone = new HashSet<>(consumed);
        undone.retainAll(there);
        assertThat(undone).as("deletes undone").isEmpty();
        assertThat(there).as("leased and handed out").doesNotContainAnyElementsOf(stillLeased);
        assertThat(there).as("refused and stored").noneMatch(body -> body.startsWith("refused"));
    }

    private void send(CmqClient cmq, String body) throws Exception {
        cmq.sendMessage(ORDERS, body, Duration.ZERO).get(10, TimeUnit.SECONDS);
        acknowledged.add(body);
    }

    private void send(Connection connection, String body) throws JMSException {
        try (var session = connection.createSession();
                var producer = session.createProducer(session.createQueue(JOBS))) {
            producer.send(session.createTextMessage(body));
            acknowledged.add(body);
        }
    }

    private void within(int seconds, Sendable work) throws Exception {
        clients.submit(() -> {
                    work.run();
                    return true;
                })
                .get(seconds, TimeUnit.SECONDS);
    }

    private interface Sending {
        void send(String body) throws Exception;
    }

    private interface Sendable {
        void run() throws Exception;
    }
}
