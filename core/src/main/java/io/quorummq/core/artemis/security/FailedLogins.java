/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.security;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs refused logins, at most {@value #LINES_MAX} lines a minute, so that no client can fill the log. */
final class FailedLogins {
    private static final Logger LOG = LoggerFactory.getLogger(FailedLogins.class);
    private static final int LINES_MAX = 20;
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int NAME_CHARACTERS_MAX = 64;

    private final InstantSource clock;
    private Instant windowEnd = Instant.MIN;
    private int lines;
    private long unlogged;

    FailedLogins(InstantSource clock) {
        this.clock = clock;
    }

    /** The name is what the client claims to be: it is shortened, and nothing that breaks a line is kept. */
    synchronized void add(@Nullable String user, @Nullable String remoteAddress, String reason) {
        var now = clock.instant();
        if (!now.isBefore(windowEnd)) {
            if (unlogged > 0) {
                LOG.warn("{} more logins were refused in the minute before", unlogged);
            }
            windowEnd = now.plus(WINDOW);
            lines = 0;
            unlogged = 0;
        }
        if (lines < LINES_MAX) {
            lines++;
            var from = remoteAddress == null ? "an unknown address" : remoteAddress;
            LOG.warn("Login of {} from {} refused: {}", shown(user), from, reason);
        } else {
            unlogged++;
        }
    }

    private static String shown(@Nullable String user) {
        if (user == null) {
            return "nobody";
        }
        var printable = user.replaceAll("\\p{Cntrl}", "?");
        return '"'
                + (printable.length() <= NAME_CHARACTERS_MAX
                        ? printable
                        : printable.substring(0, NAME_CHARACTERS_MAX) + "…")
                + '"';
    }
}
