/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.admin;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quorummq.core.queue.Broker;
import io.quorummq.core.queue.Horizon;
import io.quorummq.core.queue.TimeFigures;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Delayed messages and leases as metrics, which are there while this node has a broker. Looked up by {@link #refresh}. */
final class TimeMeters {
    private static final Logger LOG = LoggerFactory.getLogger(TimeMeters.class);

    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();
    private volatile @Nullable TimeFigures figures;

    TimeMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Takes the figures of this broker, as of now. */
    void refresh(Optional<Broker> broker) {
        var now = broker.flatMap(TimeMeters::ask).orElse(null);
        figures = now;
        if (now == null) {
            meters.forEach(registry::remove);
            meters.clear();
        } else if (meters.isEmpty()) {
            register(now);
        }
    }

    private static Optional<TimeFigures> ask(Broker broker) {
        try {
            return Optional.of(broker.timeFigures());
        } catch (RuntimeException e) {
            LOG.debug("The broker gave no figures; it may just be closing", e);
            return Optional.empty();
        }
    }

    private void register(TimeFigures first) {
        for (var horizon : Horizon.values()) {
            add(gauge("quorummq.delayed.messages", now -> now.delayed(horizon))
                    .tag("horizon", horizon.label())
                    .description(
                            "Delayed messages of all queues by when they are due: kept in memory, or on pages and due"
                                    + " within this time")
                    .register(registry));
        }
        add(gauge("quorummq.delayed.next.seconds", TimeMeters::secondsUntilNext)
                .description("Until the next delayed message is due; negative if it is overdue, NaN if there is none")
                .register(registry));
        add(gauge("quorummq.delayed.counted", now -> now.counted() ? 1 : 0)
                .description("1 when all that an earlier broker left on pages is counted, 0 while that is going on")
                .register(registry));
        for (var i = 0; i < first.delivered().size(); i++) {
            var lateness = i;
            add(counter(
                            "quorummq.delayed.delivered",
                            now -> now.delivered().get(lateness).messages())
                    .tag("late", late(first.delivered().get(i).lateAtMost()))
                    .description("Delayed messages that became visible, by how late: up to this, and more than the next"
                            + " lower one")
                    .register(registry));
        }
        add(counter("quorummq.delayed.moves", TimeFigures::moves)
                .description("Delayed messages that were moved from one bucket to another")
                .register(registry));
        add(gauge("quorummq.leases", now -> now.leases().messages())
                .description("Messages of all queues that CMQ callers have received, not deleted, and still own")
                .register(registry));
        add(gauge("quorummq.leases.bytes", now -> now.leases().bytes())
                .description("Memory that leased messages take")
                .register(registry));
        add(counter("quorummq.leases.expired", now -> now.leases().expired())
                .description("Leases that ran out")
                .register(registry));
    }

    private void add(Meter meter) {
        meters.add(meter);
    }

    private Gauge.Builder<TimeMeters> gauge(String name, ToDoubleFunction<TimeFigures> value) {
        return Gauge.builder(name, this, meter -> meter.value(value));
    }

    private FunctionCounter.Builder<TimeMeters> counter(String name, ToDoubleFunction<TimeFigures> value) {
        return FunctionCounter.builder(name, this, meter -> meter.value(value));
    }

    private double value(ToDoubleFunction<TimeFigures> value) {
        var now = figures;
        return now == null ? Double.NaN : value.applyAsDouble(now);
    }

    private static double secondsUntilNext(TimeFigures now) {
        return now.untilNext().map(until -> until.toMillis() / 1e3).orElse(Double.NaN);
    }

    private static String late(Optional<Duration> atMost) {
        return atMost.map(time -> BigDecimal.valueOf(time.toMillis(), 3)
                                .stripTrailingZeros()
                                .toPlainString()
                        + "s")
                .orElse("more");
    }
}
