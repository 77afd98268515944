/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** Which version of QuorumMQ this is, from its jar. */
final class Version implements IVersionProvider {
    static String text() {
        return Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "(not packaged)");
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "quorummq " + text(), "Java " + Runtime.version(),
        };
    }
}
