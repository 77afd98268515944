/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorummq.core.ConfigurationException;
import io.quorummq.core.artemis.EmbeddedArtemis;
import io.quorummq.replication.consensus.HeldLog;
import io.quorummq.replication.consensus.LeaderFiles;
import io.quorummq.replication.consensus.LogWriter;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written and not committed, and an office that ends then. */
final class UncommittedTest {
    private static final Duration STOP_MAX = Duration.ofSeconds(20);
    private static final Duration UNSEEN = Duration.ofSeconds(1);
    private static final String FOR_BROWSERS = "for browsers";
    private static final String LAST = "the last one";
    private static final String PLAIN = "plain";

    @TempDir
    Path directory;

    private HeldLog log;
    private LeaderFiles files;
    private EngineFixture fixture;
    private EmbeddedArtemis engine;

    @BeforeEach
    void open() throws Exception {
        log = new HeldLog(
                directory.resolve("files"),
                new LogWriter.Limits(
                        256 << 10, 1 << 20, 4, 64L << 20, TimeUnit.SECONDS.toNanos(10), TimeUnit.SECONDS.toNanos(60)));
        files = log.files();
        fixture = new EngineFixture(directory);
        engine = fixture.engine(files);
        engine.start();
    }

    @AfterEach
    void close() {
        log.release();
        files.fence("the test is over");
        engine.abandon(STOP_MAX);
        log.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {PLAIN, EngineFixture.PAGED, EngineFixture.PAGED_LAST_VALUES})
    void aMessageIsSeenByNobodyBeforeItIsCommitted(String name) throws Exception {
        try (var receiving = fixture.core();
                var browsing = fixture.amqp();
                var sending = fixture.core();
                var session = receiving.createSession(Session.CLIENT_ACKNOWLEDGE)) {
            var queue = session.createQueue(name);
            var seen = withMessagesUnderWay(sending, session, queue);

            log.hold();
            var sent = send(sending, queue, LAST);
            log.awaitHolding();

            var browsed = List.of(browse(receiving, queue), browse(browsing, queue));
            assertUnseen(seen, browsed);
            assertThat(sent).isNotDone();

            log.release();
            assertBrowsed(browsed);
            await().untilAsserted(() -> assertThat(seen).contains(LAST));
            sent.get(10, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {PLAIN, EngineFixture.PAGED})
    void aMessageThatWasNotCommittedWhenTheOfficeEndedIsNeverSeen(String name) throws Exception {
        try (var receiving = fixture.core();
                var browsing = fixture.amqp();
                var sending = fixture.amqp();
                var session = receiving.createSession(Session.CLIENT_ACKNOWLEDGE)) {
            var queue = session.createQueue(name);
            var seen = withMessagesUnderWay(sending, session, queue);

            log.hold();
            var sent = send(sending, queue, LAST);
            log.awaitHolding();
            files.fence("a new leader");

            var browsed = List.of(browse(receiving, queue), browse(browsing, queue));
            assertBrowsed(browsed);
            assertUnseen(seen, browsed);

            engine.abandon(STOP_MAX);
            assertThatThrownBy(() -> sent.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
            assertThat(seen).doesNotContain(LAST);
        }
    }

    @Test
    void pageWritesUnderWayTogetherAreSeenAndAcknowledgedEachInItsTurn() throws Exception {
        try (var receiving = fixture.core();
                var sending = fixture.core();
                var other = fixture.amqp();
                var session = receiving.createSession(Session.CLIENT_ACKNOWLEDGE)) {
            var queue = session.createQueue(EngineFixture.PAGED);
            var seen = withMessagesUnderWay(sending, session, queue);

            log.hold();
            var first = send(sending, queue, "in the first entry");
            log.awaitHolding();
            var second = send(other, queue, LAST);
            log.awaitBacklog();
            log.commitOne();

            first.get(10, TimeUnit.SECONDS);
            await().untilAsserted(() -> assertThat(seen).contains("in the first entry"));
            log.awaitHolding();
            assertThat(second).isNotDone();
            assertThat(seen).doesNotContain(LAST);

            files.fence("a new leader");
            engine.abandon(STOP_MAX);
            assertThatThrownBy(() -> second.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
            assertThat(seen).doesNotContain(LAST);
        }
    }

    @Test
    void whenTheOfficeEndsAllPageWritesUnderWayFail() throws Exception {
        try (var receiving = fixture.core();
                var sending = fixture.core();
                var other = fixture.amqp();
                var session = receiving.createSession(Session.CLIENT_ACKNOWLEDGE)) {
            var queue = session.createQueue(EngineFixture.PAGED);
            var seen = withMessagesUnderWay(sending, session, queue);

            log.hold();
            var first = send(sending, queue, "one before");
            log.awaitHolding();
            var second = send(other, queue, LAST);
            log.awaitBacklog();
            files.fence("a new leader");
            engine.abandon(STOP_MAX);

            assertThatThrownBy(() -> first.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
            assertThatThrownBy(() -> second.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
            assertThat(seen).hasSize(3);
        }
    }

    @Test
    @Timeout(90)
    void stoppingInGoodOrderEndsThoughTheOfficeIsLostMeanwhile() throws Exception {
        try (var sending = fixture.core();
                var session = sending.createSession()) {
            var queue = session.createQueue(EngineFixture.PAGED);
            withMessagesUnderWay(sending, session, queue);
            log.hold();
            var sent = send(sending, queue, LAST);
            log.awaitHolding();

            var stopped = CompletableFuture.runAsync(engine::close);
            files.fence("a new leader");

            stopped.get(60, TimeUnit.SECONDS);
            assertThat(engine.isActive()).isFalse();
            assertThatThrownBy(() -> sent.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        }
    }

    @Test
    void aJournalOfAnotherFileSizeIsRefused() throws Exception {
        engine.close();
        files.sync();
        var other = fixture.with("<journal-file-size>1M</journal-file-size>").engine(log.files());

        assertThatThrownBy(other::start)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("journal-file-size is 1048576");
    }

    /** What a consumer has seen: three messages, of which it acknowledges none, so that the address goes on paging if it pages. */
    private static List<String> withMessagesUnderWay(Connection sending, Session session, Queue queue)
            throws Exception {
        send(sending, queue, FOR_BROWSERS).get(10, TimeUnit.SECONDS);
        for (var i = 0; i < 3; i++) {
            send(sending, queue, "under way " + i).get(10, TimeUnit.SECONDS);
        }
        var seen = new CopyOnWriteArrayList<String>();
        session.createConsumer(queue, "kind = 'seen'").setMessageListener(message -> {
            try {
                seen.add(((TextMessage) message).getText());
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        });
        await().untilAsserted(() -> assertThat(seen).hasSize(3));
        return seen;
    }

    private static void assertUnseen(List<String> consumed, List<List<String>> browsed) {
        await().during(UNSEEN)
                .atMost(UNSEEN.multipliedBy(10))
                .until(() -> !consumed.contains(LAST) && browsed.stream().noneMatch(seen -> seen.contains(LAST)));
    }

    private static void assertBrowsed(List<List<String>> browsed) {
        await().untilAsserted(() ->
                assertThat(browsed).allSatisfy(seen -> assertThat(seen).contains(FOR_BROWSERS)));
    }

    private static CompletableFuture<Void> send(Connection connection, Queue queue, String text) {
        return CompletableFuture.runAsync(() -> {
            try (var session = connection.createSession();
                    var producer = session.createProducer(session.createQueue(queue.getQueueName()))) {
                var message = session.createTextMessage(text);
                message.setStringProperty("kind", text.equals(FOR_BROWSERS) ? text : "seen");
                producer.send(message);
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** What a browser sees, in the background: before it says that this was all, it waits for pages that are being written. */
    private static List<String> browse(Connection connection, Queue queue) {
        var seen = new CopyOnWriteArrayList<String>();
        var unused = CompletableFuture.runAsync(() -> {
            try (var session = connection.createSession();
                    var browser = session.createBrowser(session.createQueue(queue.getQueueName()))) {
                for (var messages = browser.getEnumeration(); messages.hasMoreElements(); ) {
                    seen.add(((TextMessage) messages.nextElement()).getText());
                }
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        });
        return seen;
    }
}
