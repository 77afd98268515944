/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.core.ConfigurationException;
import io.quorummq.node.Restoration;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code restore}: lets a node of a cluster that was never started begin with a backup. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Let a new instance begin with a backup: make instances by 'create', restore the same backup into"
                + " each, then start them.")
public final class RestoreCommand implements Runnable {
    @Mixin
    private HomeOption home = new HomeOption();

    @Parameters(paramLabel = "DIR", description = "a backup, as 'backup' wrote it")
    private Path directory = Path.of("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        var target = home.home();
        if (!Files.exists(target.cluster())) {
            throw new ConfigurationException("no home of a node at " + target.directory()
                    + ": make one with 'quorummq create', and name it by --home");
        }
        var note = Restoration.of(target).from(directory.toAbsolutePath().normalize());
        var out = spec.commandLine().getOut();
        out.println("Restored into " + target.directory() + " the backup that was taken at " + note.taken());
        out.println("Restore it into every other node of this cluster too, before any is started.");
    }
}
