/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cmqclient;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** A queue's attributes and counts as the server gave them, by their CMQ names and in its order. */
public record QueueDescription(Map<String, Object> members) {
    static QueueDescription of(CmqReply reply) {
        return new QueueDescription(reply.members());
    }

    /** Messages that can be received now. */
    public long activeMessages() {
        return number("activeMsgNum");
    }

    /** Messages received, not deleted and still invisible. */
    public long inactiveMessages() {
        return number("inactiveMsgNum");
    }

    /** Messages whose delay has not run out. */
    public long delayedMessages() {
        return number("delayMsgNum");
    }

    /** When the first of them is due, to the second; empty if there is none, or the server does not say it. */
    public Optional<Instant> nextDelayed() {
        return members.get("nextDelayedTime") instanceof Number seconds && seconds.longValue() > 0
                ? Optional.of(Instant.ofEpochSecond(seconds.longValue()))
                : Optional.empty();
    }

    /** A numeric attribute by its CMQ name; the server must have sent it. */
    public long number(String name) {
        if (members.get(name) instanceof Number number) {
            return number.longValue();
        }
        throw new IllegalStateException("the answer has no number " + name + ", only " + members.keySet());
    }
}
