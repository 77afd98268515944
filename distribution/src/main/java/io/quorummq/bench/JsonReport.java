/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/** Prints a run as one JSON object for programs. */
final class JsonReport {
    private static final JsonFactory JSON =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private final PrintWriter out;

    JsonReport(PrintWriter out) {
        this.out = out;
    }

    /** @param clean whether the whole run went as it should */
    void print(List<Result> results, boolean clean) throws IOException {
        try (var json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeBooleanField("clean", clean);
            json.writeArrayFieldStart("rounds");
            for (var result : results) {
                round(json, result);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("summary");
            for (var summary : Summary.of(results)) {
                summary(json, summary);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.println();
        out.flush();
    }

    private static void round(JsonGenerator json, Result result) throws IOException {
        json.writeStartObject();
        json.writeStringField("target", result.target().name());
        json.writeStringField("protocol", result.target().protocol().toString());
        json.writeStringField("uri", result.target().uri());
        json.writeNumberField("round", result.round());
        json.writeBooleanField("clean", result.isClean());
        json.writeNumberField("confirmed", result.confirmed());
        if (result.drained()) {
            json.writeNumberField("missing", result.missing());
        }
        json.writeNumberField("duplicates", result.duplicates());
        json.writeNumberField("foreign", result.foreign());
        delay(json, result);
        if (result.server().isPresent()) {
            json.writeObjectFieldStart("server");
            held(json, "before", result.server().get().before());
            held(json, "after", result.server().get().after());
            json.writeEndObject();
        }
        json.writeObjectFieldStart("failures");
        for (Map.Entry<String, Long> failure : result.failures().entrySet()) {
            json.writeNumberField(failure.getKey(), failure.getValue());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("phases");
        for (var figures : result.figures()) {
            json.writeStartObject();
            figures(json, figures);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void delay(JsonGenerator json, Result result) throws IOException {
        var delays = result.delays();
        if (delays.range().isEmpty()) {
            return;
        }
        var range = delays.range().get();
        json.writeObjectFieldStart("delay");
        json.writeNumberField("fromMillis", range.from().toMillis());
        json.writeNumberField("toMillis", range.to().toMillis());
        json.writeStringField("countedFrom", delays.countedFrom().toString());
        json.writeNumberField("seed", delays.seed());
        json.writeNumberField("alreadyDueWhenSent", result.lateness().overdue());
        if (result.drained()) {
            var lateness = result.lateness();
            json.writeNumberField("early", lateness.early());
            json.writeNumberField("earliestMicros", lateness.earliestMicros());
            json.writeNumberField("shareWithinSecond", lateness.shareWithinSecond());
            latency(json, "latenessMicros", lateness.micros());
        }
        json.writeEndObject();
    }

    private static void held(JsonGenerator json, String when, ServerState state) throws IOException {
        json.writeObjectFieldStart(when);
        if (state.heapBytes().isPresent()) {
            json.writeNumberField("heapBytes", state.heapBytes().getAsLong());
        }
        if (state.diskBytes().isPresent()) {
            json.writeNumberField("diskBytes", state.diskBytes().getAsLong());
        }
        json.writeNumberField("residentKilobytes", state.residentKilobytes());
        json.writeEndObject();
    }

    private static void summary(JsonGenerator json, Summary summary) throws IOException {
        json.writeStartObject();
        json.writeStringField("target", summary.figures().target());
        figures(json, summary.figures());
        json.writeObjectFieldStart("ratioToFirstTarget");
        optional(json, "messagesPerSecond", summary.rateRatio());
        optional(json, "p99", summary.p99Ratio());
        optional(json, "serverCpuPerMessage", summary.serverCpuRatio());
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void figures(JsonGenerator json, Figures figures) throws IOException {
        json.writeStringField("phase", figures.phase());
        json.writeNumberField("seconds", figures.seconds());
        json.writeNumberField("sends", figures.counts().confirmed());
        json.writeNumberField("sendsPerSecond", figures.sendsPerSecond());
        json.writeNumberField("receives", figures.counts().received());
        json.writeNumberField("receivesPerSecond", figures.receivesPerSecond());
        json.writeNumberField("deletes", figures.counts().deleted());
        json.writeNumberField("deletesPerSecond", figures.deletesPerSecond());
        latency(json, "confirmLatencyMicros", figures.confirm());
        latency(json, "endToEndLatencyMicros", figures.endToEnd());
        optional(json, "serverCpuSeconds", figures.serverCpuSeconds());
        optional(json, "serverCpuMicrosPerMessage", figures.serverMicrosPerMessage());
        json.writeNumberField("clientCpuSeconds", figures.clientCpuSeconds());
        optional(json, "clientCpuMicrosPerMessage", figures.clientMicrosPerMessage());
    }

    private static void latency(JsonGenerator json, String name, Histogram micros) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("count", micros.getTotalCount());
        if (micros.getTotalCount() > 0) {
            json.writeNumberField("p50", micros.getValueAtPercentile(50));
            json.writeNumberField("p90", micros.getValueAtPercentile(90));
            json.writeNumberField("p99", micros.getValueAtPercentile(99));
            json.writeNumberField("p99.9", micros.getValueAtPercentile(99.9));
            json.writeNumberField("max", micros.getMaxValue());
        }
        json.writeEndObject();
    }

    private static void optional(JsonGenerator json, String name, OptionalDouble value) throws IOException {
        if (value.isPresent()) {
            json.writeNumberField(name, value.getAsDouble());
        }
    }
}
