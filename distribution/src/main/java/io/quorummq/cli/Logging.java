/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.config.Home;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Decides where the log of this process goes; to be asked before anything logs. */
public final class Logging {
    private static final String PROVIDER = "slf4j.provider";

    private Logging() {}

    /** Log as the home's own configuration says. */
    static void of(Home home) {
        System.clearProperty(PROVIDER);
        System.setProperty("quorummq.log", home.log().toString());
        System.setProperty(
                "log4j2.configurationFile", home.logConfiguration().toUri().toString());
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        // what the bridge would throw away is not to be made
        Logger.getLogger("").setLevel(Level.WARNING);
    }

    /** No log at all: a short command tells what happened on its own output. */
    public static void off() {
        System.setProperty("slf4j.internal.verbosity", "WARN");
        System.setProperty(PROVIDER, "org.slf4j.helpers.NOP_FallbackServiceProvider");
        Logger.getLogger("").setLevel(Level.OFF);
    }
}
