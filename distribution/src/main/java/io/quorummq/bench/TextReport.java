/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/** Prints a run as tables for people: every round, then each target over all rounds beside the first target. */
final class TextReport {
    private static final String ROW = "%-14s %-6s %-6s %8s %11s %11s %11s %30s %30s %10s %10s%n";
    private static final String SUMMARY = "%-14s %-6s %11s %7s %11s %7s %10s %7s%n";

    private final PrintWriter out;

    TextReport(PrintWriter out) {
        this.out = out;
    }

    void print(List<Result> results) {
        out.printf(
                ROW,
                "target",
                "round",
                "phase",
                "seconds",
                "sends/s",
                "receives/s",
                "deletes/s",
                "confirm p50/99/99.9/max ms",
                "end-to-end p50/99/99.9/max ms",
                "server us",
                "client us");
        for (var result : results) {
            result.figures().forEach(figures -> row(Integer.toString(result.round()), figures));
        }
        var summaries = Summary.of(results);
        if (results.size() > 1) {
            out.println();
            out.println("all rounds of a target together");
            summaries.forEach(summary -> row("all", summary.figures()));
        }
        if (summaries.stream().anyMatch(summary -> !summary.isBase())) {
            comparison(summaries);
        }
        out.println();
        out.println("server us, client us: CPU microseconds per message sent (drain: per message received)");
        results.forEach(this::account);
        out.flush();
    }

    private void row(String round, Figures figures) {
        out.printf(
                ROW,
                figures.target(),
                round,
                figures.phase(),
                text("%.1f", figures.seconds()),
                text("%,.0f", figures.sendsPerSecond()),
                text("%,.0f", figures.receivesPerSecond()),
                text("%,.0f", figures.deletesPerSecond()),
                latency(figures.confirm()),
                latency(figures.endToEnd()),
                micros(figures.serverMicrosPerMessage()),
                micros(figures.clientMicrosPerMessage()));
    }

    private void comparison(List<Summary> summaries) {
        out.println();
        out.println("beside the first target");
        out.printf(SUMMARY, "target", "phase", "messages/s", "ratio", "p99 ms", "ratio", "server us", "ratio");
        for (var summary : summaries) {
            var figures = summary.figures();
            out.printf(
                    SUMMARY,
                    figures.target(),
                    figures.phase(),
                    text("%,.0f", figures.messagesPerSecond()),
                    ratio(summary.rateRatio()),
                    text("%.2f", summary.p99Micros() / 1e3),
                    ratio(summary.p99Ratio()),
                    micros(figures.serverMicrosPerMessage()),
                    ratio(summary.serverCpuRatio()));
        }
    }

    private void account(Result result) {
        out.printf(
                Locale.ROOT,
                "%s round %d: %,d confirmed%s%s%s%n",
                result.target().name(),
                result.round(),
                result.confirmed(),
                result.drained()
                        ? count(", %,d missing", result.missing()) + count(", %,d twice", result.duplicates())
                        : ", left in the queue",
                result.foreign() == 0 ? "" : count(", %,d messages of others", result.foreign()),
                result.isClean() ? "" : "  FAILED");
        result.failures().forEach((text, times) -> out.printf("  %d times: %s%n", times, text));
    }

    private static String latency(Histogram micros) {
        if (micros.getTotalCount() == 0) {
            return "-";
        }
        return text("%.2f", micros.getValueAtPercentile(50) / 1e3)
                + text(" / %.2f", micros.getValueAtPercentile(99) / 1e3)
                + text(" / %.2f", micros.getValueAtPercentile(99.9) / 1e3)
                + text(" / %.1f", micros.getMaxValue() / 1e3);
    }

    private static String micros(OptionalDouble value) {
        return value.isPresent() ? text("%.1f", value.getAsDouble()) : "-";
    }

    private static String ratio(OptionalDouble value) {
        return value.isPresent() ? text("%.3f", value.getAsDouble()) : "-";
    }

    private static String count(String format, long value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static String text(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
