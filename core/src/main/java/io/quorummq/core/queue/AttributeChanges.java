/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import io.quorummq.core.CmqError;
import io.quorummq.core.Limits;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The attributes that a caller gave, and no others; immutable. The ranges of single values are checked as they come in,
 * what they must be to each other when they are applied.
 */
public final class AttributeChanges {
    private static final AttributeChanges NONE = new AttributeChanges(new EnumMap<>(Attribute.class), null);
    private static final int MAX_RECEIVE_COUNT = 1000;
    private static final long MIN_TIME_TO_LIVE_SECONDS = 300;
    private static final long MAX_TIME_TO_LIVE_SECONDS = 43_200;

    private final Map<Attribute, Long> values;
    private final @Nullable DeadLetterPolicy deadLetterPolicy;

    private AttributeChanges(Map<Attribute, Long> values, @Nullable DeadLetterPolicy deadLetterPolicy) {
        this.values = values;
        this.deadLetterPolicy = deadLetterPolicy;
    }

    /** No change at all. */
    public static AttributeChanges none() {
        return NONE;
    }

    /** These changes and one more; refuses with 4000/10350 what is out of CMQ's range. */
    public AttributeChanges with(Attribute attribute, long value) {
        if (value < attribute.min() || value > attribute.max()) {
            if (attribute == Attribute.REWIND && value > 0) {
                throw CmqError.REWIND_OVER_RETENTION.because(attribute.parameter(), value);
            }
            throw CmqError.OUT_OF_RANGE.because(
                    attribute.parameter(), value, attribute.min() + " to " + attribute.max());
        }
        var more = new EnumMap<Attribute, Long>(Attribute.class);
        more.putAll(values);
        more.put(attribute, value);
        return new AttributeChanges(more, deadLetterPolicy);
    }

    /** These changes and a dead-letter policy; refuses with 4000/10720 numbers out of CMQ's range. */
    public AttributeChanges with(DeadLetterPolicy policy) {
        if (policy instanceof DeadLetterPolicy.ByReceiveCount count
                && (count.maxReceiveCount() < 1 || count.maxReceiveCount() > MAX_RECEIVE_COUNT)) {
            throw CmqError.DEAD_LETTER_PARAMETERS.because(
                    "maxReceiveCount", count.maxReceiveCount(), "1 to " + MAX_RECEIVE_COUNT);
        }
        if (policy instanceof DeadLetterPolicy.ByAge age) {
            var seconds = age.maxTimeToLive().toSeconds();
            if (seconds < MIN_TIME_TO_LIVE_SECONDS || seconds > MAX_TIME_TO_LIVE_SECONDS) {
                throw CmqError.DEAD_LETTER_PARAMETERS.because(
                        "maxTimeToLive", seconds, MIN_TIME_TO_LIVE_SECONDS + " to " + MAX_TIME_TO_LIVE_SECONDS);
            }
        }
        return new AttributeChanges(values, policy);
    }

    /** Whether the changes touch the dead-letter policy. */
    boolean changeDeadLetterPolicy() {
        return deadLetterPolicy != null;
    }

    /**
     * What becomes of these attributes. Refuses a maxMsgSize beyond the configured limit (4000/10350), a rewind time
     * beyond the retention (4000/10700), and dead-lettering by an age that no message reaches (4000/10720).
     */
    public QueueAttributes applyTo(QueueAttributes before, Limits limits) {
        var after = before;
        for (var change : values.entrySet()) {
            after = change.getKey().applyTo(after, change.getValue());
        }
        if (deadLetterPolicy != null) {
            after = after.withDeadLetterPolicy(deadLetterPolicy);
        }
        if (values.containsKey(Attribute.MAX_MESSAGE_BYTES) && after.maxMessageBytes() > limits.messageBytes()) {
            throw CmqError.OUT_OF_RANGE.because(
                    Attribute.MAX_MESSAGE_BYTES.parameter(),
                    after.maxMessageBytes(),
                    Limits.MESSAGE_BYTES_MIN + " to " + limits.messageBytes());
        }
        if (after.rewind().compareTo(after.retention()) > 0) {
            throw CmqError.REWIND_OVER_RETENTION.because(
                    Attribute.REWIND.parameter(),
                    after.rewind().toSeconds(),
                    "0 to " + after.retention().toSeconds());
        }
        if (after.deadLetterPolicy().orElse(null) instanceof DeadLetterPolicy.ByAge age
                && age.maxTimeToLive().compareTo(after.retention()) >= 0) {
            throw CmqError.DEAD_LETTER_PARAMETERS.because(
                    "maxTimeToLive",
                    age.maxTimeToLive().toSeconds(),
                    "less than msgRetentionSeconds=" + after.retention().toSeconds());
        }
        return after;
    }
}
