/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A value of an option that is for one target, {@code NAME=VALUE}, or for all of them. */
record ForTarget(Optional<String> target, String value) {
    private static final Pattern NAMED = Pattern.compile("([A-Za-z0-9._-]+)=(.+)");

    static ForTarget of(String text) {
        var named = NAMED.matcher(text);
        return named.matches()
                ? new ForTarget(Optional.of(named.group(1)), named.group(2))
                : new ForTarget(Optional.empty(), text);
    }

    boolean isFor(Target other) {
        return target.isEmpty() || target.get().equals(other.name());
    }

    /** Refuses a name that no target has: the value would silently not count. */
    void check(String option, List<Target> targets) {
        if (targets.stream().noneMatch(this::isFor)) {
            var names = targets.stream().map(Target::name).toList();
            throw new IllegalArgumentException(option + "=" + target.orElse("") + "=" + value
                    + ", allowed: the name of a target: " + String.join(", ", names));
        }
    }
}
