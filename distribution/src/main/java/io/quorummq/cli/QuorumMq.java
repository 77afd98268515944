/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The one command; {@code Main} lists its sub-commands. */
@Command(
        name = "quorummq",
        description = "A message broker for JMS, AMQP 1.0 and the CMQ HTTP API.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footerHeading = "%n",
        footer = {
            "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.",
            "Environment: QUORUMMQ_SECRET_ID and QUORUMMQ_SECRET_KEY (credential), QUORUMMQ_HOME,",
            "QUORUMMQ_JAVA_OPTS, and QUORUMMQ_CORE_PORT and the like for the properties of broker.xml."
        })
public final class QuorumMq implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** The parser of a command line with these sub-commands, with our way to tell errors. */
    public static CommandLine commandLine(Object... commands) {
        var line = new CommandLine(new QuorumMq());
        for (var command : commands) {
            line.addSubcommand(command);
        }
        return line.setParameterExceptionHandler(Errors::ofUsage).setExecutionExceptionHandler(Errors::ofExecution);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
