/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.config.Home;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which home a command is about: the option, else the environment, else the one that run makes by itself. */
final class HomeOption {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "the node's home; else $QUORUMMQ_HOME, else ./quorummq-data")
    private @Nullable Path directory;

    Home home() {
        if (directory != null) {
            return Home.at(directory);
        }
        var fromEnvironment = System.getenv("QUORUMMQ_HOME");
        return Home.at(
                fromEnvironment == null || fromEnvironment.isBlank()
                        ? Path.of("quorummq-data")
                        : Path.of(fromEnvironment));
    }
}
