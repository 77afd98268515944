/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One round against one target: starts its workers, watches them, and gathers what they tell. */
final class Round {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long END_NANOS_MAX = TimeUnit.SECONDS.toNanos(65);

    private final Target target;
    private final int number;
    private final Load load;
    private final NanoClock clock;
    private final ServerProbe server;
    private final Consumer<String> progress;
    private final List<Worker> producers = new ArrayList<>();
    private final List<Worker> consumers = new ArrayList<>();
    private Meter.Counts shown = new Meter.Counts(0, 0, 0);
    private long shownAt;
    private Optional<ServerState.Change> change = Optional.empty();
    private String phase = "";

    /** @param progress gets a line every second */
    Round(Target target, int number, Load load, ServerProbe server, Consumer<String> progress) {
        this.target = target;
        this.number = number;
        this.load = load;
        this.clock = load.clock();
        this.server = server;
        this.progress = progress;
    }

    /** Runs to the end and closes the door; what the workers met is in the result, what the door threw is thrown. */
    Result run(Door door) throws Exception {
        List<Figures> figures;
        try (door) {
            door.prepare();
            try {
                for (int i = 0; i < load.settings().producers(); i++) {
                    producers.add(door.producer(i));
                }
                var before = server.look();
                figures = switch (load.settings().mode()) {
                    case LOAD -> load(door);
                    case FILL -> fill();
                    case FILL_THEN_DRAIN -> fillThenDrain(door);
                };
                before.ifPresent(this::lookAgain);
            } finally {
                load.stopSending();
                load.stopReceiving();
                producers.forEach(Worker::close);
                consumers.forEach(Worker::close);
            }
        }
        return result(figures);
    }

    private List<Figures> load(Door door) throws Exception {
        addConsumers(door);
        var window = warmedUp("load", consumers);
        boolean counted = load.settings().messages().isPresent();
        watch(() -> timeIsUp() || ended(producers));
        if (load.delays().range().isPresent()) {
            return loadThenDue(window);
        }
        if (counted) {
            awaitAllReceived();
        }
        window.close();
        endSending();
        awaitAllReceived();
        endReceiving();
        return List.of(window.figures(target));
    }

    /** The sending apart from the wait for what is due after it, whose length would hide how fast it was. */
    private List<Figures> loadThenDue(Window sending) throws IOException {
        sending.close();
        endSending();
        var sent = sending.figures(target);
        phase = "due";
        var window = new Window(phase, load, server.pids());
        awaitAllReceived();
        window.close();
        endReceiving();
        return List.of(sent, window.figures(target));
    }

    private List<Figures> fill() throws IOException {
        var window = warmedUp("fill", List.of());
        watch(() -> timeIsUp() || ended(producers));
        window.close();
        endSending();
        return List.of(window.figures(target));
    }

    private List<Figures> fillThenDrain(Door door) throws Exception {
        var filled = fill().get(0);
        addConsumers(door);
        phase = "drain";
        var window = new Window(phase, load, server.pids());
        load.drainBegins();
        consumers.forEach(Worker::start);
        awaitAllReceived();
        window.close();
        endReceiving();
        return List.of(filled, window.figures(target));
    }

    private void addConsumers(Door door) throws Exception {
        for (int i = 0; i < load.settings().consumers(); i++) {
            consumers.add(door.consumer(i));
        }
    }

    /** Begins the round; the window opens after the warm-up, or before the first message where there is none. */
    private Window warmedUp(String measured, List<Worker> beside) throws IOException {
        load.begin();
        shownAt = clock.now();
        if (!load.hasWarmUp()) {
            phase = measured;
            var window = new Window(measured, load, server.pids());
            beside.forEach(Worker::start);
            producers.forEach(Worker::start);
            return window;
        }
        phase = "warm-up";
        beside.forEach(Worker::start);
        producers.forEach(Worker::start);
        long until = load.start() + load.settings().warmUp().toNanos();
        watch(() -> clock.now() - until >= 0 || ended(producers));
        phase = measured;
        return new Window(measured, load, server.pids());
    }

    private boolean timeIsUp() {
        return clock.now() - load.sendUntil() >= 0;
    }

    /** What was due is still sent and confirmed, however late, but not for ever. */
    private void endSending() {
        long deadline = clock.now() + END_NANOS_MAX;
        watch(() -> ended(producers) || clock.now() - deadline >= 0);
        load.stopSending();
        if (!ended(producers)) {
            load.meter().failed("producers had not ended " + END_NANOS_MAX / 1_000_000_000 + " s after their time");
        }
    }

    private void awaitAllReceived() {
        long quiet = load.settings().quiet().toNanos();
        watch(() -> (ended(producers) && load.allReceived())
                || ended(consumers)
                || clock.now() - load.lastEvent() >= quiet);
    }

    private void endReceiving() {
        load.stopReceiving();
        long deadline = clock.now() + END_NANOS_MAX;
        watch(() -> ended(consumers) || clock.now() - deadline >= 0);
        if (!ended(consumers)) {
            load.meter().failed("consumers had not ended " + END_NANOS_MAX / 1_000_000_000 + " s after their time");
        }
    }

    private void lookAgain(ServerState before) {
        try {
            change = server.look().map(after -> new ServerState.Change(before, after));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // What was measured until now is worth a report.
            load.meter().failed(Failures.text(e));
        }
    }

    private static boolean ended(List<Worker> workers) {
        return workers.stream().allMatch(Worker::ended);
    }

    private void watch(BooleanSupplier over) {
        while (!over.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
            long now = clock.now();
            if (now - shownAt >= PROGRESS_NANOS) {
                showProgress(now);
            }
            clock.waitUntil(now + LOOK_NANOS);
        }
    }

    private void showProgress(long now) {
        var counts = load.meter().counts();
        var since = counts.minus(shown);
        double seconds = (now - shownAt) / 1e9;
        progress.accept(String.format(
                Locale.ROOT,
                "%-12s round %d %-7s %5.0f s  %,9.0f sent/s  %,9.0f received/s  p99 ms confirm %s, end to end %s",
                target.name(),
                number,
                phase,
                (now - load.start()) / 1e9,
                since.confirmed() / seconds,
                since.received() / seconds,
                p99(load.meter().confirmLatency()),
                p99(load.meter().endToEndLatency())));
        shown = counts;
        shownAt = now;
    }

    private static String p99(Latency latency) {
        var interval = latency.interval();
        return interval.getTotalCount() == 0
                ? "-"
                : String.format(Locale.ROOT, "%.1f", interval.getValueAtPercentile(99) / 1e3);
    }

    private Result result(List<Figures> figures) {
        var meter = load.meter();
        boolean drained = load.settings().mode() != BenchSettings.Mode.FILL;
        return new Result(
                target,
                number,
                load.delays(),
                figures,
                drained,
                load.ledger().confirmed(),
                drained ? load.ledger().missing() : 0,
                meter.duplicateCount(),
                meter.foreignCount(),
                meter.lateness(),
                change,
                meter.failures());
    }
}
