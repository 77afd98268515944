/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.credential;

/** A credential, or the file of credentials, is not as it must be; the text is meant for the operator. */
public final class CredentialException extends RuntimeException {
    /** The text names what was wrong and what is allowed, and never holds a secret key. */
    public CredentialException(String text) {
        super(text);
    }

    /** As {@link #CredentialException(String)}, with the failure of the file system behind it. */
    public CredentialException(String text, Throwable cause) {
        super(text, cause);
    }

    /** Any text from outside, shortened and fit for one line of a message. */
    static String shown(String text) {
        var printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= 40 ? printable : printable.substring(0, 40) + "…";
    }
}
