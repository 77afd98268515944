/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints a script that teaches the shell to complete our commands and options. */
@Command(
        name = "completion",
        description = "Print a completion script for bash and zsh: source <(quorummq completion)",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class CompletionCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        var root = spec.root().commandLine();
        spec.commandLine().getOut().println(AutoComplete.bash(root.getCommandName(), root));
    }
}
