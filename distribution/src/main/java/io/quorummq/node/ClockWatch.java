/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells once when this machine's clock has departed from the cluster's time, and once when it is back. */
final class ClockWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);
    private static final long DEPARTURE_MILLIS_MAX = 2_000;
    /** So that a clock on the border is not told of at each look. */
    private static final long BACK_MILLIS_MAX = DEPARTURE_MILLIS_MAX / 2;

    private final String label;
    private final Supplier<OptionalLong> aheadMillis;
    private boolean departed;

    /** @param aheadMillis how far this machine's clock is ahead of the cluster's time; empty while that is not known */
    ClockWatch(String label, Supplier<OptionalLong> aheadMillis) {
        this.label = label;
        this.aheadMillis = aheadMillis;
    }

    /** How far it is ahead; null while the cluster's time is not known here. */
    @Nullable
    Double aheadSeconds() {
        var ahead = aheadMillis.get();
        return ahead.isPresent() ? ahead.getAsLong() / 1000.0 : null;
    }

    /** In words, that it has departed, as of the last look. */
    synchronized Optional<String> trouble() {
        var ahead = aheadMillis.get();
        return departed && ahead.isPresent() ? Optional.of(words(ahead.getAsLong())) : Optional.empty();
    }

    /** To be called now and then. */
    synchronized void look() {
        var known = aheadMillis.get();
        if (known.isEmpty()) {
            return;
        }
        var ahead = known.getAsLong();
        if (!departed && Math.abs(ahead) > DEPARTURE_MILLIS_MAX) {
            departed = true;
            LOG.warn("{}: see to its time synchronisation", words(ahead));
        } else if (departed && Math.abs(ahead) <= BACK_MILLIS_MAX) {
            departed = false;
            LOG.info("The clock of {} agrees with the cluster's time again", label);
        }
    }

    private String words(long ahead) {
        return String.format(
                Locale.ROOT,
                "the clock of %s is %.1f s %s the cluster's time",
                label,
                Math.abs(ahead) / 1000.0,
                ahead > 0 ? "ahead of" : "behind");
    }
}
