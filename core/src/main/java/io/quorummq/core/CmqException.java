/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core;

/** A refusal that a client gets to see; the only exception that callers should expect. */
public final class CmqException extends RuntimeException {
    private final CmqError error;

    CmqException(CmqError error, String text) {
        // Without a stack trace: "no message" is answered thousands of times a second, and is nobody's bug.
        super(text, null, false, false);
        this.error = error;
    }

    /** Which refusal of the table this is. */
    public CmqError error() {
        return error;
    }

    /** The text as CMQ sends it: {@code (moduleCode)text}. */
    public String message() {
        return "(" + error.moduleCode() + ")" + getMessage();
    }
}
