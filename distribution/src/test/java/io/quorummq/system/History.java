/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * What clients of one queue were told and what they saw, told by many threads, and whether the two agree. Each message has
 * a body of its own. A send that began and was not acknowledged has an unknown fate: it may be received or not. A send
 * during which something was broken may have been stored twice, as clients send again on their own; the second of such
 * twins may well be handed out after the first was deleted.
 */
final class History {
    private static final long NEVER = Long.MAX_VALUE;
    private static final int BODY_SHOWN_MAX = 30;

    private final LongSupplier nanoTime;
    private final Map<String, Life> lives = new ConcurrentHashMap<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong deleted = new AtomicLong();
    private volatile boolean isBroken;

    /** All times are of this clock, which never goes back. */
    History(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The time to give to {@link #received}. */
    long now() {
        return nanoTime.getAsLong();
    }

    /** To be called before the send begins: what was never sent may not be received. */
    void sending(String body) {
        var life = life(body);
        life.sending();
        if (isBroken) {
            life.mayHaveTwin = true;
        }
    }

    /** Something is broken on purpose, until {@link #healed}. */
    void broken() {
        isBroken = true;
        lives.values().forEach(life -> life.mayHaveTwin = life.mayHaveTwin || life.isBeingSent);
    }

    /** The cluster serves again. */
    void healed() {
        isBroken = false;
    }

    /** The send failed, or its fate will never be known. */
    void failed(String body) {
        life(body).isBeingSent = false;
    }

    /** The send was acknowledged: from now on the message must not be lost. */
    void acknowledged(String body) {
        life(body).acknowledged();
        acknowledged.incrementAndGet();
    }

    /**
     * The message was handed out.
     *
     * @param by which client it was handed to
     * @param askedAt when the client began to ask for it; what is answered later may have been decided earlier
     */
    void received(String by, String body, long askedAt) {
        life(body).received(by, askedAt, now());
    }

    /** To be called before a delete, or the acknowledgement of a delivery, begins: the message may be gone now. */
    void deleting(String by, Collection<String> bodies) {
        var now = now();
        bodies.forEach(body -> life(body).deleting(by, now));
    }

    /** The delete was acknowledged: whoever asks from now on may not be given the message. */
    void deleted(String by, Collection<String> bodies) {
        var now = now();
        bodies.forEach(body -> life(body).deleted(by, now));
        deleted.addAndGet(bodies.size());
    }

    /** The messages whose send began. */
    Set<String> sent() {
        return which(life -> life.isSent);
    }

    /** The messages whose send was acknowledged so far. */
    Set<String> acknowledged() {
        return which(life -> life.isAcknowledged);
    }

    private Set<String> which(Predicate<Life> wanted) {
        var bodies = new HashSet<String>();
        lives.forEach((body, life) -> {
            if (wanted.test(life)) {
                bodies.add(body);
            }
        });
        return bodies;
    }

    /** How many sends were acknowledged so far. */
    long acknowledgements() {
        return acknowledged.get();
    }

    /** How many messages were deleted with an acknowledgement so far. */
    long deletes() {
        return deleted.get();
    }

    /** What it comes to once the queue was drained: every message that is left was received, and its delete asked for. */
    Verdict verdict() {
        return new Verdict(
                bodies(life -> life.isAcknowledged && life.receptions == 0),
                bodies(life -> life.receptions > 0 && !life.isDeleteAsked),
                bodies(life -> life.receptions > 0 && !life.isSent),
                bodies(life -> life.receptions > 0 && life.lastAskedAt > life.deletedAt && !life.mayHaveTwin),
                bodies(life -> life.receptions > 1).size(),
                bodies(life -> life.isSent && !life.isAcknowledged).size(),
                lives.size());
    }

    private List<String> bodies(Predicate<Life> which) {
        var found = new ArrayList<String>();
        lives.forEach((body, life) -> {
            synchronized (life) {
                if (which.test(life)) {
                    found.add(shortened(body) + life.story);
                }
            }
        });
        return found.stream().sorted().toList();
    }

    private static String shortened(String body) {
        return body.length() > BODY_SHOWN_MAX ? body.substring(0, BODY_SHOWN_MAX) + "..." : body;
    }

    private Life life(String body) {
        return lives.computeIfAbsent(body, unused -> new Life());
    }

    /**
     * The findings.
     *
     * @param lost acknowledged, and never received; this and the next three with what happened to each, in milliseconds
     * @param vanished received, never asked to be deleted, and not there any more
     * @param unexpected received, and never sent
     * @param undone given to somebody who asked after its delete had been acknowledged
     * @param duplicates how many were received more than once, which is allowed
     * @param unknown how many sends were not acknowledged
     * @param messages how many there were in all
     */
    record Verdict(
            List<String> lost,
            List<String> vanished,
            List<String> unexpected,
            List<String> undone,
            int duplicates,
            int unknown,
            int messages) {
        private static final int SHOWN_MAX = 10;

        /** Fails with all that is wrong, by name. */
        void requireSound() {
            var wrong = new ArrayList<String>();
            tell(wrong, "acknowledged and never received", lost);
            tell(wrong, "received, never deleted, and gone", vanished);
            tell(wrong, "received and never sent", unexpected);
            tell(wrong, "handed out again after an acknowledged delete", undone);
            if (!wrong.isEmpty()) {
                throw new AssertionError(String.join("; ", wrong) + " (" + this.summary() + ")");
            }
        }

        /** The counts, for people. */
        String summary() {
            return messages + " messages, " + unknown + " of unknown fate, " + duplicates + " received more than once";
        }

        private static void tell(List<String> wrong, String what, List<String> bodies) {
            if (!bodies.isEmpty()) {
                var shown = bodies.stream().limit(SHOWN_MAX).toList();
                wrong.add(bodies.size() + " " + what + ": " + shown + (bodies.size() > SHOWN_MAX ? " ..." : ""));
            }
        }
    }

    /** What happened to one message, and the story of it for whoever has to find out why. */
    private static final class Life {
        private final StringBuilder story = new StringBuilder();
        private volatile boolean isSent;
        private volatile boolean isAcknowledged;
        private volatile boolean isBeingSent;
        private volatile boolean mayHaveTwin;
        private boolean isDeleteAsked;
        private int receptions;
        private long lastAskedAt = Long.MIN_VALUE;
        private long deletedAt = NEVER;

        void sending() {
            isSent = true;
            isBeingSent = true;
        }

        void acknowledged() {
            isAcknowledged = true;
            isBeingSent = false;
        }

        synchronized void received(String by, long askedAt, long now) {
            receptions++;
            lastAskedAt = Math.max(lastAskedAt, askedAt);
            tell("asked by", by, askedAt);
            tell("received by", by, now);
        }

        synchronized void deleting(String by, long now) {
            isDeleteAsked = true;
            tell("deleting by", by, now);
        }

        synchronized void deleted(String by, long now) {
            deletedAt = Math.min(deletedAt, now);
            tell("deleted by", by, now);
        }

        private void tell(String what, String by, long time) {
            story.append(", ")
                    .append(what)
                    .append(' ')
                    .append(by)
                    .append(" at ")
                    .append(time / 1_000_000);
        }
    }
}
