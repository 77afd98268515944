/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.delay.DelayMeter;
import io.quorummq.core.queue.Horizon;
import io.quorummq.core.queue.TimeFigures;
import io.quorummq.core.queue.TimeFigures.Delivered;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Collects what one engine has to do with time. */
final class TimeReport {
    private final Visibility visibility;

    TimeReport(Visibility visibility) {
        this.visibility = visibility;
    }

    TimeFigures now() {
        var delays = visibility.delays();
        var meter = visibility.delayMeter();
        var totals = visibility.totals();
        var now = visibility.clock().instant();
        return new TimeFigures(
                now,
                Horizon.sort(now, totals.delayed(), delays.count(), delays::countBetween),
                next().stream().mapToObj(Instant::ofEpochMilli).findFirst(),
                delivered(meter),
                meter.moves(),
                delays.hasCounted(),
                new TimeFigures.Leases(totals.leased(), totals.leasedBytes(), totals.leasesExpired()));
    }

    private static List<Delivered> delivered(DelayMeter meter) {
        var classes = DelayMeter.classes();
        return IntStream.rangeClosed(0, classes.size())
                .mapToObj(i -> new Delivered(
                        i < classes.size() ? Optional.of(classes.get(i)) : Optional.empty(), meter.delivered(i)))
                .toList();
    }

    private OptionalLong next() {
        var inMemory = visibility.queues().stream().flatMapToLong(queue -> queue.table().nextDelayed().stream());
        return LongStream.concat(inMemory, visibility.delays().firstDue().stream())
                .min();
    }

    /** When the first message that waits in this queue or for it is due. */
    static Optional<Instant> next(GateQueue queue) {
        return queue.nextDelayed().stream().mapToObj(Instant::ofEpochMilli).findFirst();
    }
}
