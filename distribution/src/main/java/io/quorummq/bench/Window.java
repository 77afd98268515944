/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;

/** One measured stretch of a round: counts and CPU from opening to closing, latencies until they are asked for. */
final class Window {
    private final String phase;
    private final Load load;
    private final List<Long> serverPids;
    private final long began;
    private final Meter.Counts countsBefore;
    private final double clientBefore;
    private final double serverBefore;
    private double seconds;
    private Meter.Counts counts = new Meter.Counts(0, 0, 0);
    private double clientCpu;
    private double serverCpu;

    /** Opens; latencies recorded so far are forgotten. */
    Window(String phase, Load load, List<Long> serverPids) throws IOException {
        this.phase = phase;
        this.load = load;
        this.serverPids = serverPids;
        this.clientBefore = clientCpuSeconds();
        this.serverBefore = ProcessUsage.of(serverPids).cpuSeconds();
        load.meter().clearLatencies();
        this.countsBefore = load.meter().counts();
        this.began = load.clock().now();
    }

    /** Ends the stretch. Messages that were due in it and are answered later still add to the latencies. */
    void close() throws IOException {
        seconds = Math.max(1, load.clock().now() - began) / 1e9;
        counts = load.meter().counts().minus(countsBefore);
        serverCpu = ProcessUsage.of(serverPids).cpuSeconds() - serverBefore;
        clientCpu = clientCpuSeconds() - clientBefore;
    }

    Figures figures(Target target) {
        return new Figures(
                target.name(),
                phase,
                seconds,
                counts,
                load.meter().confirmLatency().total(),
                load.meter().endToEndLatency().total(),
                serverPids.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(serverCpu),
                clientCpu);
    }

    private static double clientCpuSeconds() throws IOException {
        return ProcessUsage.of(List.of(ProcessHandle.current().pid())).cpuSeconds();
    }
}
