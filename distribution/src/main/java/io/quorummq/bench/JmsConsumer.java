/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Receives from one queue and acknowledges each message or every so many. */
final class JmsConsumer extends ThreadWorker {
    private static final long RECEIVE_MILLIS = 100;

    private final Connection connection;
    private final MessageConsumer consumer;
    private final Load load;
    private final byte[] stamp = new byte[Stamp.BYTES];

    JmsConsumer(Connection connection, Load load, int index) throws JMSException {
        super("consumer-" + index, load.meter());
        this.connection = connection;
        var session = connection.createSession(
                load.settings().acknowledgeEvery() == 1 ? Session.AUTO_ACKNOWLEDGE : Session.CLIENT_ACKNOWLEDGE);
        this.consumer =
                session.createConsumer(session.createQueue(load.settings().queueOf(index)));
        this.load = load;
    }

    @Override
    void work() throws JMSException {
        int every = load.settings().acknowledgeEvery();
        int waiting = 0;
        Message last = null;
        while (load.receiving()) {
            var message = consumer.receive(RECEIVE_MILLIS);
            if (message != null) {
                load.received(stampOf(message));
                last = message;
                waiting++;
            }
            if (waiting >= every || message == null) {
                acknowledge(last, every);
                last = null;
                waiting = 0;
            }
        }
        acknowledge(last, every);
    }

    private static void acknowledge(@Nullable Message last, int every) throws JMSException {
        if (last != null && every > 1) {
            last.acknowledge();
        }
    }

    private Optional<Stamp> stampOf(Message message) throws JMSException {
        if (message instanceof TextMessage text) {
            var body = text.getText();
            return body == null ? Optional.empty() : Stamp.of(body);
        }
        if (message instanceof BytesMessage bytes && bytes.readBytes(stamp) == stamp.length) {
            return Stamp.of(new String(stamp, US_ASCII));
        }
        return Optional.empty();
    }

    @Override
    void release() throws JMSException {
        connection.close();
    }
}
