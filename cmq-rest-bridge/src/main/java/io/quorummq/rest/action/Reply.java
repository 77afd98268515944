/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quorummq.core.CmqError;
import java.io.IOException;

/** What an action answers: how it ended, and the members beside those that every answer has. */
public record Reply(CmqError outcome, Members members) {
    private static final Reply DONE = of(json -> {});

    /** Success, and nothing to say about it. */
    public static Reply done() {
        return DONE;
    }

    /** Success with these members. */
    public static Reply of(Members members) {
        return new Reply(CmqError.SUCCESS, members);
    }

    /** Members of a JSON object that is open. */
    @FunctionalInterface
    public interface Members {
        /** Writes the members, and no bracket around them. */
        void writeTo(JsonGenerator json) throws IOException;
    }
}
