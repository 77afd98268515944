/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quorummq.replication.consensus.ReplicationFigures;
import io.quorummq.replication.consensus.Scrubbing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** A shard's replication as Prometheus sees it: looked up at most once a second, and only while somebody asks. */
final class ReplicationMeters {
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final double NANOS_PER_SECOND = 1e9;

    private final String shard;
    private final Supplier<Optional<ReplicationFigures>> figures;
    private final LongSupplier nanoTicker;
    private @Nullable ReplicationFigures last;
    private long lookedAt;
    private @Nullable MultiGauge lags;

    ReplicationMeters(String shard, Supplier<Optional<ReplicationFigures>> figures, LongSupplier nanoTicker) {
        this.shard = shard;
        this.figures = figures;
        this.nanoTicker = nanoTicker;
    }

    /** Adds the meters; figures that are not there yet are not a number. */
    void bindTo(
            MeterRegistry registry,
            Supplier<Duration> activation,
            Supplier<Optional<Scrubbing.Round>> scrub,
            LongSupplier clockAheadMillis) {
        gauge(registry, "quorummq.raft.term", "Raft's term", ReplicationFigures::term);
        gauge(registry, "quorummq.raft.leader", "1 on the node that leads", one -> "leader".equals(one.role()) ? 1 : 0);
        counter(registry, "quorummq.raft.leader.changes", "changes of leader seen", ReplicationFigures::leaderChanges);
        counter(registry, "quorummq.raft.entries", "entries applied", ReplicationFigures::entriesApplied);
        counter(registry, "quorummq.raft.bytes", "bytes of entries applied", ReplicationFigures::bytesApplied);
        gauge(registry, "quorummq.raft.entry.bytes.max", "the largest entry", ReplicationFigures::entryBytesMax);
        counter(registry, "quorummq.raft.commits", "entries this leader had committed", ReplicationFigures::commits);
        counter(
                registry,
                "quorummq.raft.commit.seconds",
                "time from submission to commit, summed",
                one -> seconds(one.commitNanos()));
        gauge(
                registry,
                "quorummq.raft.commit.seconds.max",
                "longest time from submission to commit",
                one -> seconds(one.commitNanosMax()));
        counter(registry, "quorummq.raft.fsyncs", "fsyncs of the log", ReplicationFigures::fsyncs);
        gauge(
                registry,
                "quorummq.raft.fsync.seconds.mean",
                "mean of the last fsyncs",
                one -> seconds(one.fsyncNanosMean()));
        gauge(
                registry,
                "quorummq.raft.fsync.seconds.p99",
                "99th percentile of the last fsyncs",
                one -> seconds(one.fsyncNanosP99()));
        counter(registry, "quorummq.raft.checkpoints", "finished checkpoints", ReplicationFigures::checkpoints);
        gauge(
                registry,
                "quorummq.raft.checkpoint.age.seconds",
                "since the last checkpoint",
                one -> seconds(one.checkpointAgeNanos()));
        gauge(
                registry,
                "quorummq.raft.checkpoint.seconds",
                "how long the last checkpoint took",
                one -> seconds(one.checkpointNanosLast()));
        gauge(registry, "quorummq.raft.log.bytes", "bytes of the log on the disk", ReplicationFigures::logBytes);
        Gauge.builder("quorummq.activation.seconds", () -> activation.get().toNanos() / NANOS_PER_SECOND)
                .description("from the last office of this node to open doors")
                .tag("shard", shard)
                .register(registry);
        Gauge.builder(
                        "quorummq.scrub.damaged",
                        () -> scrub.get().map(round -> round.damage().size()).orElse(0))
                .description("damaged blocks that the last reading of all files found")
                .tag("shard", shard)
                .register(registry);
        Gauge.builder("quorummq.clock.ahead.seconds", () -> clockAheadMillis.getAsLong() / 1000.0)
                .description("how far this machine's clock is ahead of the cluster's")
                .tag("shard", shard)
                .register(registry);
        lags = MultiGauge.builder("quorummq.raft.lag.entries")
                .description("entries that a follower has not confirmed, on the leader")
                .register(registry);
    }

    /** Followers come and go: to be called before the registry is read. */
    void refresh() {
        var rows = lags;
        if (rows != null) {
            rows.register(
                    now().map(ReplicationFigures::lags).stream()
                            .flatMap(List::stream)
                            .map(lag -> MultiGauge.Row.of(
                                    Tags.of("shard", shard, "node", lag.label()), (Number) lag.entries()))
                            .toList(),
                    true);
        }
    }

    private void gauge(MeterRegistry registry, String name, String what, ToDoubleFunction<ReplicationFigures> figure) {
        Gauge.builder(name, () -> now().map(figure::applyAsDouble).orElse(Double.NaN))
                .description(what)
                .tag("shard", shard)
                .register(registry);
    }

    private void counter(
            MeterRegistry registry, String name, String what, ToDoubleFunction<ReplicationFigures> figure) {
        FunctionCounter.builder(
                        name,
                        this,
                        meters -> meters.now().map(figure::applyAsDouble).orElse(0.0))
                .description(what)
                .tag("shard", shard)
                .register(registry);
    }

    private synchronized Optional<ReplicationFigures> now() {
        var ticks = nanoTicker.getAsLong();
        if (last == null || ticks - lookedAt > LOOK_NANOS) {
            last = figures.get().orElse(null);
            lookedAt = ticks;
        }
        return Optional.ofNullable(last);
    }

    private static double seconds(long nanos) {
        return nanos < 0 ? Double.NaN : nanos / NANOS_PER_SECOND;
    }
}
