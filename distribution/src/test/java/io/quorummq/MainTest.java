/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine line =
            Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));

    @Test
    void everyCommandAndSubCommandExplainsItself() {
        explain(line, "quorummq");
    }

    private void explain(CommandLine command, String name) {
        var usage = command.getUsageMessage();
        assertThat(usage).as(name).contains("--help");
        assertThat(command.getCommandSpec().usageMessage().description())
                .as(name)
                .isNotEmpty();
        command.getSubcommands().forEach((sub, subCommand) -> {
            if (!"help".equals(sub)) {
                explain(subCommand, name + " " + sub);
            }
        });
    }

    @Test
    void theCommandsAreThoseOfTheDocumentation() {
        assertThat(line.getSubcommands())
                .containsOnlyKeys(
                        "run",
                        "create",
                        "demo",
                        "queue",
                        "send",
                        "receive",
                        "credential",
                        "cluster",
                        "backup",
                        "restore",
                        "bench",
                        "completion",
                        "help");
        assertThat(line.getCommandSpec().subcommands())
                .hasEntrySatisfying(
                        "credential",
                        credential -> assertThat(credential.getSubcommands()).containsKeys("add", "list", "remove"))
                .hasEntrySatisfying(
                        "cluster",
                        cluster -> assertThat(cluster.getSubcommands())
                                .containsKeys("status", "add", "remove", "replace", "transfer", "verify"));
    }

    @Test
    void withoutACommandTheUsageIsWrong() {
        assertThat(line.execute()).isEqualTo(2);
        assertThat(err.toString()).contains("quorummq: a command is missing").contains("--help");
    }

    @Test
    void theCompletionScriptKnowsTheCommands() {
        assertThat(line.execute("completion")).isZero();
        assertThat(out.toString()).startsWith("#!").contains("credential").contains("--port-offset");
    }
}
