/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.ActiveMQPropertyConversionException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.reader.MessageUtil;

/**
 * What a message in a bucket carries with it: where it goes, and what must not be forgotten on the way.
 *
 * @param firstId the number of the message when it was stored first; later ones of its queue have greater numbers
 * @param shownId the id that CMQ callers see
 * @param due when it may be seen, in milliseconds since the epoch
 * @param deliveries how often consumers had it before it was delayed
 * @param firstReceived when they had it first, or 0
 * @param queues the ids of the queues that it is for
 */
record Ticket(long firstId, long shownId, long due, int deliveries, long firstReceived, List<Long> queues) {
    /** Artemis keeps names that begin like this from JMS applications. */
    private static final SimpleString PROPERTY =
            SimpleString.of(MessageUtil.CONNECTION_ID_PROPERTY_NAME + "_QMQ_DELAYED");

    private static final byte VERSION = 1;
    private static final int SIZE_WITHOUT_QUEUES = Byte.BYTES + 4 * Long.BYTES + Integer.BYTES;

    /** Copies the list. */
    Ticket {
        queues = List.copyOf(queues);
    }

    /** Attaches this to the message. */
    void attachTo(Message message) {
        var bytes = ByteBuffer.allocate(SIZE_WITHOUT_QUEUES + queues.size() * Long.BYTES)
                .put(VERSION)
                .putLong(firstId)
                .putLong(shownId)
                .putLong(due)
                .putInt(deliveries)
                .putLong(firstReceived);
        for (var queue : queues) {
            bytes.putLong(queue);
        }
        message.putExtraBytesProperty(PROPERTY, bytes.array());
    }

    /** Takes the ticket off the message, which has arrived. */
    static void detachFrom(Message message) {
        message.removeExtraBytesProperty(PROPERTY);
    }

    /** What the message carries; empty if that is no ticket of ours. */
    static Optional<Ticket> of(Message message) {
        byte[] bytes;
        try {
            bytes = message.getExtraBytesProperty(PROPERTY);
        } catch (ActiveMQPropertyConversionException notOurs) {
            return Optional.empty();
        }
        if (bytes == null
                || bytes.length < SIZE_WITHOUT_QUEUES + Long.BYTES
                || (bytes.length - SIZE_WITHOUT_QUEUES) % Long.BYTES != 0
                || bytes[0] != VERSION) {
            return Optional.empty();
        }
        var in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
        var firstId = in.getLong();
        var shownId = in.getLong();
        var due = in.getLong();
        var deliveries = in.getInt();
        var firstReceived = in.getLong();
        var queues = new ArrayList<Long>();
        while (in.hasRemaining()) {
            queues.add(in.getLong());
        }
        return Optional.of(new Ticket(firstId, shownId, due, deliveries, firstReceived, queues));
    }
}
