/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the process when going on could lose or invent data; the last line of the log says why. */
public interface Halt {
    /** The Raft log or the vote could not be written, or was closed by a failure. */
    int LOG_FAILED = 71;

    /** A committed entry could not be applied to the files. */
    int APPLY_FAILED = 72;

    /** Does not return in production; a test's implementation records and returns. */
    void halt(int exitCode, String reason, @Nullable Throwable cause);

    /** Logs and ends the process at once, without shutdown hooks: they could write. */
    static Halt process() {
        Logger log = LoggerFactory.getLogger(Halt.class);
        return (exitCode, reason, cause) -> {
            log.error("Halting with exit code {}: {}", exitCode, reason, cause);
            Runtime.getRuntime().halt(exitCode);
        };
    }
}
