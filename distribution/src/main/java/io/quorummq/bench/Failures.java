/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.util.concurrent.CompletionException;

/** How a failure reads in a report. */
final class Failures {
    private Failures() {}

    /** One line: the failure's own text, or its kind when it has none. */
    static String text(Throwable failure) {
        var cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        var message = cause.getMessage();
        var text = message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
        return text.lines().findFirst().orElse(text);
    }
}
