/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;

/** Prints a run as tables for people: every round, then each target over all rounds beside the first target. */
final class TextReport {
    private static final String ROW = "%-14s %-6s %-6s %8s %11s %11s %11s %30s %30s %10s %10s%n";
    private static final String LATENESS = "%-14s %-6s %-14s %11s %8s %36s %10s%n";
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
        lateness(results);
        out.println();
        out.println("server us, client us: CPU microseconds per message sent (drain, due: per message received)");
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

    private void lateness(List<Result> results) {
        var awaited = results.stream()
                .filter(result -> result.drained() && result.delays().range().isPresent())
                .toList();
        if (awaited.isEmpty()) {
            return;
        }
        out.println();
        out.println("delayed messages, from due to received");
        out.printf(LATENESS, "target", "round", "delay", "messages", "early", "late p50/90/99/max ms", "within 1 s");
        for (var result : awaited) {
            var lateness = result.lateness();
            out.printf(
                    LATENESS,
                    result.target().name(),
                    Integer.toString(result.round()),
                    result.delays().range().map(DelayRange::toString).orElse("-"),
                    count("%,d", lateness.micros().getTotalCount()),
                    count("%,d", lateness.early()),
                    lateness(lateness.micros()),
                    text("%.3f %%", 100 * lateness.shareWithinSecond()));
        }
    }

    private static String lateness(Histogram micros) {
        if (micros.getTotalCount() == 0) {
            return "-";
        }
        return text("%.1f", micros.getValueAtPercentile(50) / 1e3)
                + text(" / %.1f", micros.getValueAtPercentile(90) / 1e3)
                + text(" / %.1f", micros.getValueAtPercentile(99) / 1e3)
                + text(" / %.1f", micros.getMaxValue() / 1e3);
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
                "%s round %d: %,d confirmed%s%s%s%s%n",
                result.target().name(),
                result.round(),
                result.confirmed(),
                result.drained()
                        ? count(", %,d missing", result.missing()) + count(", %,d twice", result.duplicates())
                        : ", left in the queue",
                result.delays().range().map(range -> delayed(result, range)).orElse(""),
                result.foreign() == 0 ? "" : count(", %,d messages of others", result.foreign()),
                result.isClean() ? "" : "  FAILED");
        result.server().ifPresent(change -> held(change, result.confirmed()));
        result.failures().forEach((text, times) -> out.printf("  %d times: %s%n", times, text));
    }

    private static String delayed(Result result, DelayRange range) {
        var lateness = result.lateness();
        return ", delayed " + range + " from "
                + (result.delays().countedFrom() == Delays.From.SEND ? "the send" : "the start")
                + " (seed " + result.delays().seed() + ")"
                + (result.drained() ? count(", %,d early", lateness.early()) : "")
                + (lateness.overdue() == 0 ? "" : count(", %,d already due when sent", lateness.overdue()));
    }

    private void held(ServerState.Change change, long messages) {
        var before = change.before();
        var after = change.after();
        held("heap after a collection", before.heapBytes(), after.heapBytes(), messages);
        held("data directory", before.diskBytes(), after.diskBytes(), messages);
        if (after.residentKilobytes() > 0) {
            out.printf(
                    Locale.ROOT,
                    "  server's resident memory: %.1f MB, then %.1f MB%n",
                    before.residentKilobytes() * 1024 / 1e6,
                    after.residentKilobytes() * 1024 / 1e6);
        }
    }

    private void held(String what, OptionalLong before, OptionalLong after, long messages) {
        if (before.isPresent() && after.isPresent()) {
            out.printf(
                    Locale.ROOT,
                    "  server's %s: %.1f MB, then %.1f MB: %,.0f bytes a message%n",
                    what,
                    before.getAsLong() / 1e6,
                    after.getAsLong() / 1e6,
                    (double) (after.getAsLong() - before.getAsLong()) / Math.max(1, messages));
        }
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
