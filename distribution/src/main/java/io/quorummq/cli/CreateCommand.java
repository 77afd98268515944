/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.config.FirstCredential;
import io.quorummq.config.HomeMaker;
import io.quorummq.config.Installation;
import java.nio.file.Path;
import java.security.SecureRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes an instance directory that is configured, started and backed up on its own. */
@Command(
        name = "create",
        description = "Create an instance directory: bin/ etc/ data/ log/ lib/, with a configuration and a credential.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class CreateCommand implements Runnable {
    private final SecureRandom random;

    @Parameters(paramLabel = "DIR", description = "a directory that does not exist yet or is empty")
    private Path directory = Path.of("");

    @Option(names = "--port-offset", paramLabel = "N", description = "added to every default port in the configuration")
    private int portOffset;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Draws the first credential from this source. */
    public CreateCommand(SecureRandom random) {
        this.random = random;
    }

    @Override
    public void run() {
        var home = new HomeMaker(Installation.ofThisProcess(), new FirstCredential(System.getenv(), random))
                .create(directory.toAbsolutePath().normalize(), portOffset);
        var out = spec.commandLine().getOut();
        out.println("Created " + home.directory());
        out.println("  configuration  " + home.brokerXml());
        out.println("  credential     " + home.credentials());
        out.println("Start it with");
        out.println("  " + home.launcher() + " run");
    }
}
