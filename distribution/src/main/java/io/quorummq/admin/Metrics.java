/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.admin;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.quorummq.core.queue.Broker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's metrics in Prometheus' text format. The process' own figures and the depths of the queues are looked up
 * only while somebody asks.
 */
public final class Metrics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Metrics.class);
    private static final int QUEUES_MAX = 2_000;

    private final Supplier<Optional<Broker>> active;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<Runnable> refreshes = new CopyOnWriteArrayList<>();
    private final MultiGauge depths;
    private final MultiGauge moved;
    private final TimeMeters times = new TimeMeters(registry);
    private @Nullable JvmGcMetrics collections;

    /** @param active the broker whose queues are counted, while there is one */
    public Metrics(Supplier<Optional<Broker>> active) {
        this.active = active;
        this.depths = MultiGauge.builder("quorummq.queue.messages")
                .description(
                        "Messages of a queue by state: visible, leased, delayed; and, of all these, how many lie on pages")
                .register(registry);
        this.moved = MultiGauge.builder("quorummq.queue.moved")
                .description(
                        "Messages that came into a queue (added) and left it by consumers (acknowledged) since the start")
                .register(registry);
    }

    /** Where the parts of the node keep their own figures. */
    public MeterRegistry registry() {
        return registry;
    }

    /** Run before everything is read. */
    public void beforeScrape(Runnable refresh) {
        refreshes.add(refresh);
    }

    /** Everything, as of now. */
    public synchronized String scrape() {
        if (collections == null) {
            collections = new JvmGcMetrics();
            bindProcess(collections);
        }
        var broker = active.get();
        countQueues(broker);
        times.refresh(broker);
        refreshes.forEach(Runnable::run);
        return registry.scrape();
    }

    private void bindProcess(JvmGcMetrics gc) {
        gc.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    private void countQueues(Optional<Broker> leading) {
        var rows = new ArrayList<MultiGauge.Row<?>>();
        var moves = new ArrayList<MultiGauge.Row<?>>();
        leading.ifPresent(broker -> {
            var queues = broker.queues();
            for (var queue : queues.subList(0, Math.min(queues.size(), QUEUES_MAX))) {
                try {
                    var counts = broker.counts(queue);
                    rows.add(row(queue.name().value(), "visible", counts.active()));
                    rows.add(row(queue.name().value(), "leased", counts.leased()));
                    rows.add(row(queue.name().value(), "delayed", counts.delayed()));
                    rows.add(row(queue.name().value(), "paged", counts.paged()));
                    moves.add(row(queue.name().value(), "added", counts.added()));
                    moves.add(row(queue.name().value(), "acknowledged", counts.acknowledged()));
                } catch (RuntimeException e) {
                    LOG.debug("Queue {} was not counted; it may just have been deleted", queue.name(), e);
                }
            }
        });
        depths.register(rows, true);
        moved.register(moves, true);
    }

    private static MultiGauge.Row<Number> row(String queue, String state, long count) {
        return MultiGauge.Row.of(Tags.of("queue", queue, "state", state), count);
    }

    @Override
    public void close() {
        if (collections != null) {
            collections.close();
        }
        registry.close();
    }
}
