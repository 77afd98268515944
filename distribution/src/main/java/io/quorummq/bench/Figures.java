/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.util.OptionalDouble;
import java.util.Set;
import org.HdrHistogram.Histogram;

/**
 * What one measured stretch of a round gave.
 *
 * @param phase "load" (producers, and consumers beside them), "fill" (producers alone), "drain" (consumers alone)
 *     or "due" (consumers, and the rest of the delays, after the producers ended)
 * @param confirm microseconds from due to confirmed
 * @param endToEnd microseconds from due to received
 * @param serverCpuSeconds empty when no process id of the server was given
 */
record Figures(
        String target,
        String phase,
        double seconds,
        Meter.Counts counts,
        Histogram confirm,
        Histogram endToEnd,
        OptionalDouble serverCpuSeconds,
        double clientCpuSeconds) {
    private static final Set<String> RECEIVING = Set.of("drain", "due");

    /** The same stretch of two rounds as one. */
    Figures plus(Figures other) {
        var bothConfirm = confirm.copy();
        bothConfirm.add(other.confirm);
        var bothEndToEnd = endToEnd.copy();
        bothEndToEnd.add(other.endToEnd);
        var server = serverCpuSeconds.isPresent() && other.serverCpuSeconds.isPresent()
                ? OptionalDouble.of(serverCpuSeconds.getAsDouble() + other.serverCpuSeconds.getAsDouble())
                : OptionalDouble.empty();
        return new Figures(
                target,
                phase,
                seconds + other.seconds,
                counts.plus(other.counts),
                bothConfirm,
                bothEndToEnd,
                server,
                clientCpuSeconds + other.clientCpuSeconds);
    }

    double sendsPerSecond() {
        return counts.confirmed() / seconds;
    }

    double receivesPerSecond() {
        return counts.received() / seconds;
    }

    double deletesPerSecond() {
        return counts.deleted() / seconds;
    }

    /** The messages that CPU is divided by: those sent, or where none is sent those received. */
    long messages() {
        return RECEIVING.contains(phase) ? counts.received() : counts.confirmed();
    }

    double messagesPerSecond() {
        return messages() / seconds;
    }

    OptionalDouble serverMicrosPerMessage() {
        return serverCpuSeconds.isPresent() && messages() > 0
                ? OptionalDouble.of(serverCpuSeconds.getAsDouble() * 1e6 / messages())
                : OptionalDouble.empty();
    }

    OptionalDouble clientMicrosPerMessage() {
        return messages() > 0 ? OptionalDouble.of(clientCpuSeconds * 1e6 / messages()) : OptionalDouble.empty();
    }
}
