/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq;

import io.quorummq.cli.QuorumMq;

/** Where the program starts: hands the command line to its command. */
public final class Main {
    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(QuorumMq.commandLine().execute(args));
    }
}
