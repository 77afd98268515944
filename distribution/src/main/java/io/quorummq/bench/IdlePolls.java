/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.CmqClientSettings;
import io.quorummq.cmqclient.CmqRefusal;
import io.quorummq.core.CmqError;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/** Lets many receives wait on one empty queue at once and tells what that costs the server. */
final class IdlePolls {
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final int POLLS_PER_STEP = 50;
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int THREADS = 4;

    private final Target target;
    private final int polls;
    private final String queue;
    private final List<Long> serverPids;
    private final Duration settle;
    private final NanoClock clock;

    /** @param settle time from the last poll sent until the server is looked at, less than a poll waits */
    IdlePolls(Target target, int polls, String queue, List<Long> serverPids, Duration settle, NanoClock clock) {
        this.target = target;
        this.polls = polls;
        this.queue = queue;
        this.serverPids = serverPids;
        this.settle = settle;
        this.clock = clock;
    }

    /** Takes the time of one long poll and a little more. */
    Outcome run(InstantSource time, RandomGenerator random) throws IOException {
        var login = target.login().orElseThrow();
        var settings = new CmqClientSettings(polls + 1, polls + 1, WAIT, THREADS);
        try (var client = new CmqClient(URI.create(target.uri()), login, settings, time, random)) {
            boolean created = create(client);
            var before = ProcessUsage.of(serverPids);
            var meter = new Meter();
            var answered = new LongAdder();
            for (int poll = 0; poll < polls; poll++) {
                var unused = client.receiveMessage(queue, WAIT).whenComplete((message, failure) -> {
                    told(meter, message, failure);
                    answered.increment();
                });
                if (poll % POLLS_PER_STEP == 0) {
                    clock.waitUntil(clock.now() + STEP_NANOS);
                }
            }
            clock.waitUntil(clock.now() + settle.toNanos());
            long waiting = polls - answered.sum();
            var during = ProcessUsage.of(serverPids);
            await(answered);
            var after = ProcessUsage.of(serverPids);
            if (created) {
                client.deleteQueue(queue).join();
            }
            return new Outcome(polls, waiting, before, during, after, meter.failures());
        }
    }

    private static void told(Meter meter, Optional<?> message, Throwable failure) {
        if (failure != null) {
            meter.failed(Failures.text(failure));
        } else if (message.isPresent()) {
            meter.failed("a message came although the queue should be empty");
        }
    }

    private void await(LongAdder answered) {
        long deadline = clock.now() + WAIT.multipliedBy(2).toNanos();
        while (answered.sum() < polls && clock.now() - deadline < 0) {
            clock.waitUntil(clock.now() + STEP_NANOS);
        }
    }

    private boolean create(CmqClient client) {
        try {
            client.createQueue(queue, Map.of()).join();
            return true;
        } catch (CompletionException e) {
            if (e.getCause() instanceof CmqRefusal refusal
                    && refusal.moduleCode() == CmqError.QUEUE_EXISTS.moduleCode()) {
                return false;
            }
            throw e;
        }
    }

    /**
     * What was seen.
     *
     * @param waiting polls that had no answer yet when {@code during} was taken
     */
    record Outcome(
            int polls,
            long waiting,
            ProcessUsage before,
            ProcessUsage during,
            ProcessUsage after,
            Map<String, Long> failures) {
        boolean isClean() {
            return failures.isEmpty() && waiting == polls;
        }

        void print(PrintWriter out) {
            out.printf("%d of %d long polls waiting%n", waiting, polls);
            line(out, "before", before);
            line(out, "waiting", during);
            line(out, "answered", after);
            failures.forEach((text, times) -> out.printf("  %d times: %s%n", times, text));
            out.flush();
        }

        void printJson(PrintWriter out) throws IOException {
            var factory = JsonFactory.builder()
                    .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                    .build();
            try (var json = factory.createGenerator(out)) {
                json.writeStartObject();
                json.writeBooleanField("clean", isClean());
                json.writeNumberField("polls", polls);
                json.writeNumberField("waiting", waiting);
                for (var state : Map.of("before", before, "during", during, "after", after)
                        .entrySet()) {
                    json.writeObjectFieldStart(state.getKey());
                    json.writeNumberField("residentKilobytes", state.getValue().residentKilobytes());
                    json.writeNumberField("threads", state.getValue().threads());
                    json.writeNumberField("cpuSeconds", state.getValue().cpuSeconds());
                    json.writeEndObject();
                }
                json.writeObjectFieldStart("failures");
                for (var failure : failures.entrySet()) {
                    json.writeNumberField(failure.getKey(), failure.getValue());
                }
                json.writeEndObject();
                json.writeEndObject();
            }
            out.println();
            out.flush();
        }

        private static void line(PrintWriter out, String when, ProcessUsage usage) {
            out.printf(
                    "%-9s server: %,d KB resident, %d threads, %.2f s CPU%n",
                    when, usage.residentKilobytes(), usage.threads(), usage.cpuSeconds());
        }
    }
}
