/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The bounds between which delays are drawn, both included. */
record DelayRange(Duration from, Duration to) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)(?:\\.\\.(\\d{1,9})(ms|s|m|h|d))?");
    private static final Duration MAX = Duration.ofDays(365);

    /** Reads {@code FROM..TO}, or one duration for a fixed delay; {@code option} names the value in a refusal. */
    static DelayRange parse(String option, String text) {
        var parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(option + ", allowed: FROM..TO or one duration, such as 500ms, 90s, 10m,"
                    + " 1h..90d (units: ms, s, m, h, d)");
        }
        var from = duration(parts, 1);
        var to = parts.group(3) == null ? from : duration(parts, 3);
        if (from.compareTo(to) > 0) {
            throw new IllegalArgumentException(option + ", allowed: FROM not longer than TO");
        }
        if (to.compareTo(MAX) > 0) {
            throw new IllegalArgumentException(option + ", allowed: to " + MAX.toDays() + "d");
        }
        return new DelayRange(from, to);
    }

    private static Duration duration(Matcher parts, int group) {
        long number = Long.parseLong(parts.group(group));
        return switch (parts.group(group + 1)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    /** In the largest unit that holds each bound exactly. */
    @Override
    public String toString() {
        return from.equals(to) ? text(from) : text(from) + ".." + text(to);
    }

    private static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = duration.toSeconds();
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + "s";
        }
        if (seconds % 3600 != 0) {
            return duration.toMinutes() + "m";
        }
        return seconds % 86_400 == 0 ? duration.toDays() + "d" : duration.toHours() + "h";
    }
}
