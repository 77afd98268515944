/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.core.ConfigurationException;
import io.quorummq.core.credential.CredentialException;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns what went wrong into one line on stderr and an exit code. */
final class Errors {
    /** The command was understood, but could not be done. */
    static final int FAILED = 1;
    /** Nothing was done: the command line or the configuration is wrong. */
    static final int USAGE = 2;

    private Errors() {}

    static int ofUsage(ParameterException wrong, String[] arguments) {
        var command = wrong.getCommandLine();
        print(command, Objects.requireNonNullElse(wrong.getMessage(), "wrong usage"));
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return USAGE;
    }

    static int ofExecution(Exception thrown, CommandLine command, ParseResult parsed) {
        var failure = bare(thrown);
        print(command, text(failure));
        if (System.getenv("QUORUMMQ_DEBUG") != null) {
            failure.printStackTrace(command.getErr());
        }
        return failure instanceof ConfigurationException || failure instanceof CredentialException ? USAGE : FAILED;
    }

    private static Throwable bare(Throwable thrown) {
        var failure = thrown;
        while ((failure instanceof CompletionException || failure instanceof ExecutionException)
                && failure.getCause() != null) {
            failure = failure.getCause();
        }
        return failure;
    }

    private static String text(Throwable failure) {
        var message = failure.getMessage();
        var ours = failure.getClass().getName().startsWith("io.quorummq.");
        if (message == null) {
            return failure.getClass().getSimpleName();
        }
        return ours || failure instanceof IllegalStateException
                ? message
                : failure.getClass().getSimpleName() + ": " + message;
    }

    private static void print(CommandLine command, String text) {
        command.getErr().println("quorummq: " + text.strip().replaceAll("\\s*\\R\\s*", "; "));
    }
}
