/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import java.time.Duration;
import java.util.List;

/** One client at one door, in the words that all doors share; used by one thread, through any number of failures. */
interface QueueClient extends AutoCloseable {
    /** Returns when the message was acknowledged; after an exception its fate is unknown. */
    void send(String body) throws Exception;

    /**
     * Returns when all of the messages were acknowledged, which come after the delay, of whole seconds where the door knows
     * no less; after an exception their fate is unknown, and the same for all.
     */
    void send(List<String> bodies, Duration delay) throws Exception;

    /** The next messages, as many as this door likes to take at once; none if none came within a second or two. */
    List<String> receive() throws Exception;

    /** Returns when it is acknowledged that what was received last is gone; after an exception its fate is unknown. */
    void deleteReceived() throws Exception;

    /** After an exception: makes the client usable again, as an application would. */
    void recover();

    /** How often {@link #recover} needed a new connection because the old one was of no use any more. */
    int reconnects();

    @Override
    void close();
}
