/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.time.Duration;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.ICoreMessage;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.jspecify.annotations.Nullable;

/**
 * What a sender may ask for as a delay, by core's {@code _AMQ_SCHED_DELIVERY}, which JMS' {@code setDeliveryDelay} becomes, or
 * by AMQP's annotations {@code x-opt-delivery-time} and {@code x-opt-delivery-delay}. What cannot be obeyed is refused: to deliver
 * it at once would be wrong. Only a time that has passed means "now".
 */
final class DelayRules {
    private static final SimpleString TIME = SimpleString.of("x-opt-delivery-time");
    private static final SimpleString DELAY = SimpleString.of("x-opt-delivery-delay");

    private final Visibility shared;

    DelayRules(Visibility shared) {
        this.shared = shared;
    }

    /**
     * Refuses a time that cannot be obeyed, and makes a delay a time: it would begin again whenever the message is decoded anew.
     *
     * @return whether the message was changed
     */
    boolean settle(Message message) throws ActiveMQException {
        return message instanceof ICoreMessage ? settleCore(message) : settleAmqp(message);
    }

    private boolean settleCore(Message message) throws ActiveMQException {
        var name = Message.HDR_SCHEDULED_DELIVERY_TIME;
        if (message.containsProperty(name)) {
            checkTime(name, number(name, message.getObjectProperty(name)));
        }
        return false;
    }

    private boolean settleAmqp(Message message) throws ActiveMQException {
        var time = message.getAnnotation(TIME);
        if (time != null) {
            checkTime(TIME, number(TIME, time));
            return false;
        }
        var delay = message.getAnnotation(DELAY);
        if (delay == null) {
            return false;
        }
        var millis = number(DELAY, delay);
        if (millis < 0 || millis > longest().toMillis()) {
            throw new BadDelay(DELAY, millis, "0 to " + longest().toMillis() + " milliseconds");
        }
        message.setScheduledDeliveryTime(shared.now() + millis);
        return true;
    }

    private void checkTime(SimpleString name, long time) throws ActiveMQException {
        var latest = shared.now() + longest().toMillis();
        if (time > latest) {
            throw new BadDelay(
                    name, time, "up to " + longest().toSeconds() + " seconds from now, which is " + shared.now());
        }
    }

    private static long number(SimpleString name, @Nullable Object value) throws ActiveMQException {
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value instanceof UnsignedLong unsigned) {
            return unsigned.bigIntegerValue().bitLength() > Long.SIZE - 1 ? Long.MAX_VALUE : unsigned.longValue();
        }
        if (value instanceof UnsignedInteger unsigned) {
            return unsigned.longValue();
        }
        throw new BadDelay(name, String.valueOf(value), "a whole number of milliseconds");
    }

    private Duration longest() {
        return shared.settings().delayMax();
    }

    private static final class BadDelay extends ActiveMQException {
        private static final long serialVersionUID = 1L;

        BadDelay(SimpleString name, Object value, String allowed) {
            super(name + " is " + value + "; allowed: " + allowed, ActiveMQExceptionType.GENERIC_EXCEPTION);
        }

        /** Artemis logs it; where it was thrown would tell the operator nothing. */
        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
