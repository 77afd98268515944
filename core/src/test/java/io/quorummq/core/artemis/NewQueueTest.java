/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/** Queues that a sender makes by sending to them. */
final class NewQueueTest {
    @TempDir
    private Path home;

    @TempDir
    private Path copy;

    /** What a crash at this moment would leave is what the files hold now. */
    @RepeatedTest(3)
    void theFirstAcceptedMessageOfANewQueueIsStoredTogetherWithItsQueue() throws Exception {
        try (var engine = TestEngine.in(home);
                var connection = engine.amqp();
                var session = connection.createSession();
                var producer = session.createProducer(null)) {
            producer.send(session.createQueue("new"), session.createTextMessage("first"));
            copyData();
        }

        try (var engine = TestEngine.in(copy);
                var connection = engine.amqp();
                var session = connection.createSession();
                var consumer = session.createConsumer(session.createQueue("new"))) {
            var received = consumer.receive(3000);
            assertThat(received).isNotNull();
            assertThat(received.getBody(String.class)).isEqualTo("first");
        }
    }

    private void copyData() throws IOException {
        try (var files = Files.walk(home.resolve("data"))) {
            for (var file : files.sorted().toList()) {
                Files.copy(file, copy.resolve(home.relativize(file)), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
