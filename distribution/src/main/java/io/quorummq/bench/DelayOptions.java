/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how long messages are delayed. */
final class DelayOptions {
    private static final Duration AWAITED_MAX = Duration.ofDays(1);

    @Option(
            names = "--delay",
            paramLabel = "[NAME=]FROM..TO",
            description =
                    "delay of each message, drawn evenly between the two: 500ms, 90s, 10m..1h, 1h..90d; repeatable,"
                            + " with a name only for that target")
    private List<String> delays = new ArrayList<>();

    @Option(
            names = "--delay-from",
            paramLabel = "send|start",
            defaultValue = "send",
            description =
                    "what delays count from: the message's own send, or the start of the round, so that all is due"
                            + " between FROM and TO after it however long the sending takes (default: send)")
    private String countedFrom = "send";

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "draw the same delays as another run with this seed (default: a new one, which the report names)")
    private @Nullable Long seed;

    /** The seed of all rounds of a run. */
    long seed(long otherwise) {
        return seed == null ? otherwise : seed;
    }

    /** Refuses with IllegalArgumentException a delay for a target that there is not. */
    void check(List<Target> targets) {
        delays.forEach(text -> ForTarget.of(text).check("--delay", targets));
    }

    /** Refuses with IllegalArgumentException delays that a target's protocol cannot say or nobody would wait for. */
    Delays delays(Target target, BenchSettings settings, long runSeed) {
        var from = from();
        var unit = target.protocol() == Target.Protocol.CMQ ? Duration.ofSeconds(1) : Duration.ofMillis(1);
        var range = range(target);
        range.ifPresent(given -> {
            if (!isMultiple(given.from(), unit) || !isMultiple(given.to(), unit)) {
                throw new IllegalArgumentException("--delay=" + given + ", allowed for target " + target.name()
                        + ": whole seconds, as CMQ has them");
            }
            if (settings.mode() != BenchSettings.Mode.FILL && given.to().compareTo(AWAITED_MAX) > 0) {
                throw new IllegalArgumentException("--delay=" + given + ", allowed: to " + AWAITED_MAX.toHours()
                        + "h when consumers wait for the messages; longer with --no-consume");
            }
        });
        return new Delays(range, from, unit, runSeed);
    }

    /** A target's own delay goes before the one for all. */
    private Optional<DelayRange> range(Target target) {
        return delays.stream()
                .map(ForTarget::of)
                .filter(delay -> delay.isFor(target))
                .max(Comparator.comparing(delay -> delay.target().isPresent()))
                .map(delay -> DelayRange.parse("--delay=" + delay.value(), delay.value()));
    }

    private Delays.From from() {
        try {
            return Delays.From.valueOf(countedFrom.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--delay-from=" + countedFrom + ", allowed: send, start", e);
        }
    }

    private static boolean isMultiple(Duration duration, Duration unit) {
        return unit.multipliedBy(duration.dividedBy(unit)).equals(duration);
    }
}
