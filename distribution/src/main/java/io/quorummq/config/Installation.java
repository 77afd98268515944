/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import io.quorummq.core.ConfigurationException;
import java.nio.file.Path;

/** The directory with bin/, lib/ and etc/ that this program was started from. */
public record Installation(Path directory) {
    private static final String PROPERTY = "quorummq.app";

    /** As the launcher told it. */
    public static Installation ofThisProcess() {
        var directory = System.getProperty(PROPERTY);
        if (directory == null) {
            throw new ConfigurationException(
                    "system property " + PROPERTY + " is not set: start the program by bin/quorummq");
        }
        return new Installation(Path.of(directory));
    }

    /** What a new home's etc/ is copied from. */
    Path template(String name) {
        return directory.resolve("etc").resolve(name);
    }
}
