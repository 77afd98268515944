/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Sends persistent messages to one queue, with a window of unconfirmed ones. */
final class JmsProducer extends ThreadWorker {
    private static final long CONFIRM_SECONDS_MAX = 30;

    private final Connection connection;
    private final Session session;
    private final MessageProducer producer;
    private final Load load;
    private final int index;
    private final Semaphore window;
    private final boolean delayed;
    private volatile boolean broken;

    JmsProducer(Connection connection, Load load, int index) throws JMSException {
        super("producer-" + index, load.meter());
        this.connection = connection;
        this.session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        this.producer =
                session.createProducer(session.createQueue(load.settings().queueOf(index)));
        this.load = load;
        this.index = index;
        this.delayed = load.delays().range().isPresent();
        this.window = new Semaphore(load.settings().outstanding());
        producer.setDeliveryMode(DeliveryMode.PERSISTENT);
    }

    @Override
    void work() throws Exception {
        var schedule = load.schedule(index, 1);
        int outstanding = load.settings().outstanding();
        for (long number = 0; !broken; number++) {
            if (outstanding > 1) {
                window.acquire();
            }
            long due = schedule.due(number, load.clock().now());
            if (load.grant(1, due) == 0) {
                window.release(outstanding > 1 ? 1 : 0);
                break;
            }
            load.clock().waitUntil(due);
            send(number, due, outstanding > 1);
        }
        if (!window.tryAcquire(outstanding, CONFIRM_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new IllegalStateException("sends without an answer after " + CONFIRM_SECONDS_MAX + " s");
        }
    }

    private void send(long number, long due, boolean async) throws JMSException {
        var timing = load.timing(index, number, 1, due);
        var message = message(load.body(index, number, timing));
        if (delayed) {
            producer.setDeliveryDelay(timing.delay().toMillis());
        }
        if (async) {
            producer.send(message, new Confirmation(number, due));
        } else {
            producer.send(message);
            load.confirmed(index, number, due);
        }
    }

    private Message message(String body) throws JMSException {
        if (load.settings().text()) {
            return session.createTextMessage(body);
        }
        var message = session.createBytesMessage();
        message.writeBytes(body.getBytes(US_ASCII));
        return message;
    }

    @Override
    void release() throws JMSException {
        connection.close();
    }

    /** Called by the JMS client, on its own thread. */
    private final class Confirmation implements CompletionListener {
        private final long number;
        private final long due;

        private Confirmation(long number, long due) {
            this.number = number;
            this.due = due;
        }

        @Override
        public void onCompletion(Message message) {
            load.confirmed(index, number, due);
            window.release();
        }

        @Override
        public void onException(Message message, Exception failure) {
            broken = true;
            failed(failure);
            window.release();
        }
    }
}
