/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.artemis.Doors.Door;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Date;
import java.util.stream.Stream;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What cannot be obeyed as a delay is refused, and nothing of it is delivered at once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BadDelayTest {
    private static final String QUEUE = "delays";
    private static final String CORE_TIME = "_AMQ_SCHED_DELIVERY";
    private static final long TOO_LONG = Duration.ofDays(367).toMillis();

    private TestEngine engine;
    private AmqpClient client;
    private Doors doors;

    @BeforeAll
    void open(@TempDir Path home) throws Exception {
        engine = TestEngine.in(home);
        client = new AmqpClient(engine);
        doors = new Doors(engine);
        engine.create(QUEUE, Attributes.visibility(30));
    }

    @AfterAll
    void close() throws Exception {
        doors.close();
        client.close();
        engine.close();
    }

    @SuppressWarnings("JavaUtilDate") // what an AMQP timestamp is to this client
    private static Stream<Arguments> badAnnotations() {
        return Stream.of(
                Arguments.of("x-opt-delivery-delay", -1L),
                Arguments.of("x-opt-delivery-delay", TOO_LONG),
                Arguments.of("x-opt-delivery-delay", Long.MAX_VALUE),
                Arguments.of("x-opt-delivery-delay", "60000"),
                Arguments.of("x-opt-delivery-delay", 1.5),
                Arguments.of("x-opt-delivery-delay", UnsignedLong.valueOf(-1L)),
                Arguments.of("x-opt-delivery-time", System.currentTimeMillis() + TOO_LONG),
                Arguments.of("x-opt-delivery-time", Long.MAX_VALUE),
                Arguments.of("x-opt-delivery-time", "tomorrow"),
                Arguments.of("x-opt-delivery-time", true),
                Arguments.of("x-opt-delivery-time", new Date()));
    }

    @ParameterizedTest
    @MethodSource("badAnnotations")
    void amqpRejectsIt(String annotation, Object value) throws Exception {
        var message = Message.create("refused").annotation(annotation, value);

        assertThat(client.send(QUEUE, message).getType()).isEqualTo(DeliveryState.Type.REJECTED);
        assertThat(engine.counts(QUEUE).delayed() + engine.counts(QUEUE).active())
                .isZero();
    }

    @ParameterizedTest
    @MethodSource("badTimes")
    void coreRefusesItNamingValueAndWhatIsAllowed(Object value) throws Exception {
        assertThatThrownBy(() -> doors.send(Door.CORE, QUEUE, session -> {
                    var message = session.createTextMessage("refused");
                    message.setObjectProperty(CORE_TIME, value);
                    return message;
                }))
                .hasMessageContaining(CORE_TIME)
                .hasMessageContaining(String.valueOf(value))
                .hasMessageContaining("allowed");
        assertThat(engine.counts(QUEUE).delayed() + engine.counts(QUEUE).active())
                .isZero();
    }

    private static Stream<Object> badTimes() {
        return Stream.of("tomorrow", "60000", true, 1.5, Long.MAX_VALUE);
    }

    @ParameterizedTest
    @MethodSource("jmsDoors")
    void jmsRefusesADelayBeyondTheLimit(Door door) {
        assertThatThrownBy(() -> doors.send(
                        door,
                        QUEUE,
                        session -> session.createTextMessage("refused"),
                        producer -> producer.setDeliveryDelay(TOO_LONG)))
                .hasMessageContaining("allowed");
    }

    private static Stream<Door> jmsDoors() {
        return Stream.of(Door.CORE, Door.AMQP);
    }

    @ParameterizedTest
    @MethodSource("jmsDoors")
    void aRefusedDelayFailsItsTransaction(Door door) throws Exception {
        try (var session = doors.session(door, Session.SESSION_TRANSACTED);
                var producer = session.createProducer(session.createQueue(QUEUE))) {
            producer.send(session.createTextMessage("with it"));
            producer.setDeliveryDelay(TOO_LONG);
            assertThatThrownBy(() -> {
                        producer.send(session.createTextMessage("refused"));
                        session.commit();
                    })
                    .isInstanceOf(jakarta.jms.JMSException.class);
        }
        assertThat(engine.counts(QUEUE).active()).isZero();
    }

    @Test
    void aTimeInThePastIsDueNow() throws Exception {
        var past = Message.create("past").annotation("x-opt-delivery-time", System.currentTimeMillis() - 1_000_000L);
        assertThat(client.send(QUEUE, past).isAccepted()).isTrue();
        var negative = Message.create("negative").annotation("x-opt-delivery-time", -5L);
        assertThat(client.send(QUEUE, negative).isAccepted()).isTrue();
        doors.send(Door.CORE, QUEUE, session -> {
            var message = session.createTextMessage("core");
            message.setLongProperty(CORE_TIME, 1);
            return message;
        });

        assertThat(doors.receive(Door.CMQ, QUEUE)).isEqualTo("past");
        assertThat(doors.receive(Door.CMQ, QUEUE)).isEqualTo("negative");
        assertThat(doors.receive(Door.CMQ, QUEUE)).isEqualTo("core");
    }

    @Test
    void nobodySendsToABucketOrReadsIt() {
        assertThatThrownBy(() -> doors.send(Door.CORE, "quorummq.delay.minute.1", "forged"))
                .hasMessageContaining("quorummq.delay.minute.1");
        assertThatThrownBy(() -> doors.send(Door.AMQP, "quorummq.delay.minute.1", "forged"))
                .hasMessageContaining("quorummq.delay.minute.1");
    }
}
