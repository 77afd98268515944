/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/** One phase of one target over all its rounds, beside the same phase of the first target. */
record Summary(Figures figures, Figures base) {
    /** One for each target and phase, in the order of the first round. */
    static List<Summary> of(List<Result> results) {
        var sums = new LinkedHashMap<List<String>, Figures>();
        for (var result : results) {
            for (var figures : result.figures()) {
                sums.merge(List.of(figures.target(), figures.phase()), figures, Figures::plus);
            }
        }
        var summaries = new ArrayList<Summary>();
        for (var figures : sums.values()) {
            var base = sums.values().stream()
                    .filter(other -> other.phase().equals(figures.phase()))
                    .findFirst()
                    .orElseThrow();
            summaries.add(new Summary(figures, base));
        }
        return summaries;
    }

    boolean isBase() {
        return figures.target().equals(base.target());
    }

    OptionalDouble rateRatio() {
        return ratio(figures.messagesPerSecond(), base.messagesPerSecond());
    }

    /** The 99th percentile of the confirmations; of a drain, which has none, that of the way end to end. */
    double p99Micros() {
        return p99(figures);
    }

    OptionalDouble p99Ratio() {
        return ratio(p99(figures), p99(base));
    }

    OptionalDouble serverCpuRatio() {
        var mine = figures.serverMicrosPerMessage();
        var others = base.serverMicrosPerMessage();
        return mine.isPresent() && others.isPresent()
                ? ratio(mine.getAsDouble(), others.getAsDouble())
                : OptionalDouble.empty();
    }

    private static double p99(Figures figures) {
        Histogram latency = figures.confirm().getTotalCount() > 0 ? figures.confirm() : figures.endToEnd();
        return latency.getValueAtPercentile(99);
    }

    private static OptionalDouble ratio(double mine, double others) {
        return others > 0 ? OptionalDouble.of(mine / others) : OptionalDouble.empty();
    }
}
