/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import java.time.Duration;

/** A time until something happens, as people say it: its two greatest units. */
record TimeLeft(Duration time) {
    @Override
    public String toString() {
        if (time.isNegative() || time.toSeconds() == 0) {
            return "now";
        }
        if (time.toDays() > 0) {
            return in(time.toDays(), "d", time.toHoursPart(), "h");
        }
        if (time.toHours() > 0) {
            return in(time.toHours(), "h", time.toMinutesPart(), "min");
        }
        return time.toMinutes() > 0
                ? in(time.toMinutes(), "min", time.toSecondsPart(), "s")
                : "in " + time.toSeconds() + " s";
    }

    private static String in(long great, String unit, long small, String smallUnit) {
        return "in " + great + " " + unit + (small == 0 ? "" : " " + small + " " + smallUnit);
    }
}
