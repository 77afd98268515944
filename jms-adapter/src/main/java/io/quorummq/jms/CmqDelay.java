/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.jms;

import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.MessageProducer;

/**
 * CMQ's {@code delaySeconds} for JMS programs: messages sent with it stay invisible to receivers of every protocol for
 * so long.
 */
public record CmqDelay(int seconds) {
    /** A year, which a broker allows unless it is set to allow less; CMQ itself allowed an hour, then seventy days. */
    public static final int SECONDS_MAX = 31_536_000;

    private static final long MILLIS_PER_SECOND = 1_000;

    /** Refuses with {@link IllegalArgumentException} a delay that is negative or longer than that. */
    public CmqDelay {
        if (seconds < 0 || seconds > SECONDS_MAX) {
            throw new IllegalArgumentException("delaySeconds=" + seconds + " is not within 0 and " + SECONDS_MAX);
        }
    }

    /** Delays what this producer sends from now on; a delay of 0 ends that. */
    public void applyTo(MessageProducer producer) throws JMSException {
        producer.setDeliveryDelay(seconds * MILLIS_PER_SECOND);
    }

    /** As {@link #applyTo(MessageProducer)} for the simplified API. */
    public JMSProducer applyTo(JMSProducer producer) {
        return producer.setDeliveryDelay(seconds * MILLIS_PER_SECOND);
    }
}
