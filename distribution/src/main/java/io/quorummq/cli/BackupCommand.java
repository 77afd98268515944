/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.cluster.BackupMade;
import io.quorummq.cluster.ClusterDoor;
import io.quorummq.cluster.ClusterRequest;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code backup}: puts the messages of a running cluster aside, from any of its nodes, while it goes on. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Write a backup of the running cluster, from this instance's node, into a directory on its machine."
                        + " It holds all that was acknowledged before; load may go on.")
public final class BackupCommand implements Runnable {
    private static final Duration BACKUP_MAX = Duration.ofHours(12);

    private final ClusterDoor door;

    @Mixin
    private HomeOption home = new HomeOption();

    @Parameters(paramLabel = "DIR", description = "where the backup goes; empty, or not there yet")
    private Path directory = Path.of("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** A command that asks through this door. */
    public BackupCommand(ClusterDoor door) {
        this.door = door;
    }

    @Override
    public void run() {
        var target = directory.toAbsolutePath().normalize();
        try (var session = door.open(home.home())) {
            var request = ClusterRequest.of(ClusterRequest.BACKUP).with(ClusterRequest.DIRECTORY, target.toString());
            var made = session.client().callOwn(request, BACKUP_MAX, BackupMade::parse);
            spec.commandLine()
                    .getOut()
                    .println("Backed up shard " + made.shard() + " to " + target + ", up to entry " + made.index()
                            + " (state " + made.hash().substring(0, 16) + ")");
        }
    }
}
