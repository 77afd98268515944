/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq;

import io.quorummq.bench.BenchCommand;
import io.quorummq.cli.BackupCommand;
import io.quorummq.cli.ClusterCommand;
import io.quorummq.cli.CmqCommands;
import io.quorummq.cli.CompletionCommand;
import io.quorummq.cli.CreateCommand;
import io.quorummq.cli.CredentialCommand;
import io.quorummq.cli.DemoCommand;
import io.quorummq.cli.Logging;
import io.quorummq.cli.LoginOptions;
import io.quorummq.cli.QueueCommand;
import io.quorummq.cli.QuorumMq;
import io.quorummq.cli.ReceiveCommand;
import io.quorummq.cli.RestoreCommand;
import io.quorummq.cli.RunCommand;
import io.quorummq.cli.SendCommand;
import io.quorummq.cluster.PeerDoor;
import io.quorummq.replication.identity.Pause;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import picocli.CommandLine;

/** Where the program starts: lists all commands and hands the command line to the one it names. */
public final class Main {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();

    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        Logging.off();
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return QuorumMq.commandLine(
                new RunCommand(CLOCK, RANDOM),
                new CreateCommand(CLOCK, RANDOM),
                new DemoCommand(CLOCK, RANDOM),
                new QueueCommand(cmq()),
                new SendCommand(cmq(), System.in),
                new ReceiveCommand(cmq()),
                new CredentialCommand(new PeerDoor(), RANDOM),
                new ClusterCommand(new PeerDoor(), CLOCK, RANDOM, Pause.real(), System::nanoTime),
                new BenchCommand(login(), CLOCK, RANDOM),
                new BackupCommand(new PeerDoor()),
                new RestoreCommand(),
                new CompletionCommand(),
                new CommandLine.HelpCommand());
    }

    private static CmqCommands cmq() {
        return new CmqCommands(System.getenv(), workingDirectory(), CLOCK, RANDOM);
    }

    private static LoginOptions login() {
        return new LoginOptions(System.getenv(), workingDirectory());
    }

    private static Path workingDirectory() {
        return Path.of("").toAbsolutePath();
    }
}
