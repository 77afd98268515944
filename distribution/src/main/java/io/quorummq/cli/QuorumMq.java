/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.bench.BenchCommand;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The one command; its sub-commands are listed here and nowhere else. */
@Command(
        name = "quorummq",
        description = "A message broker for JMS, AMQP 1.0 and the CMQ HTTP API.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            RunCommand.class,
            CreateCommand.class,
            DemoCommand.class,
            CredentialCommand.class,
            CompletionCommand.class,
            HelpCommand.class
        },
        footerHeading = "%n",
        footer = {
            "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.",
            "Environment: QUORUMMQ_SECRET_ID and QUORUMMQ_SECRET_KEY (credential), QUORUMMQ_HOME,",
            "QUORUMMQ_JAVA_OPTS, and QUORUMMQ_CORE_PORT and the like for the properties of broker.xml."
        })
public final class QuorumMq implements Runnable {
    private static final Path WORKING_DIRECTORY = Path.of("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** The parser of the whole command line, with our way to tell errors. */
    public static CommandLine commandLine() {
        return new CommandLine(new QuorumMq())
                .addSubcommand(new QueueCommand(cmq()))
                .addSubcommand(new SendCommand(cmq(), System.in))
                .addSubcommand(new ReceiveCommand(cmq()))
                .addSubcommand(new BenchCommand(login(), InstantSource.system(), new SecureRandom()))
                .setParameterExceptionHandler(Errors::ofUsage)
                .setExecutionExceptionHandler(Errors::ofExecution);
    }

    private static CmqCommands cmq() {
        return new CmqCommands(System.getenv(), WORKING_DIRECTORY, InstantSource.system(), new SecureRandom());
    }

    private static LoginOptions login() {
        return new LoginOptions(System.getenv(), WORKING_DIRECTORY);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
