/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.jms;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.List;

/**
 * The tags of a CMQ message ({@code msgTag.n}) for JMS programs: they travel in the string property
 * {@value #PROPERTY}, joined by commas.
 */
public record CmqTags(List<String> tags) {
    /** The message property that holds the tags. */
    public static final String PROPERTY = "CMQ_TAGS";

    public static final int TAGS_MAX = 5;
    public static final int TAG_CHARACTERS_MAX = 16;

    private static final String SEPARATOR = ",";

    /** Refuses with {@link IllegalArgumentException} what CMQ does not allow. */
    public CmqTags {
        tags = List.copyOf(tags);
        if (tags.size() > TAGS_MAX) {
            throw new IllegalArgumentException(tags.size() + " tags are too many: at most " + TAGS_MAX);
        }
        for (var tag : tags) {
            if (tag.isEmpty() || tag.codePointCount(0, tag.length()) > TAG_CHARACTERS_MAX || tag.contains(SEPARATOR)) {
                throw new IllegalArgumentException("tag \"" + tag + "\" is not allowed: 1 to " + TAG_CHARACTERS_MAX
                        + " characters without a comma");
            }
        }
    }

    public static CmqTags of(String... tags) {
        return new CmqTags(List.of(tags));
    }

    /** The tags of a received message, none if it has no such property. */
    public static CmqTags from(Message message) throws JMSException {
        var joined = message.getStringProperty(PROPERTY);
        return joined == null || joined.isEmpty() ? of() : of(joined.split(SEPARATOR, -1));
    }

    /** Replaces the tags of a message that is to be sent. */
    public void applyTo(Message message) throws JMSException {
        message.setStringProperty(PROPERTY, String.join(SEPARATOR, tags));
    }
}
