/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.config.Home;

/** Decides where the log of this process goes; to be asked before anything logs. */
final class Logging {
    private Logging() {}

    /** Log as the home's own configuration says. */
    static void of(Home home) {
        System.setProperty("quorummq.log", home.log().toString());
        System.setProperty("log4j2.configurationFile", home.logConfiguration().toUri().toString());
    }

    /** No log at all: a short command tells what happened on its own output. */
    static void off() {
        System.setProperty("slf4j.internal.verbosity", "WARN");
        System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
    }
}
