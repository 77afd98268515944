/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.time.Duration;

/** A clock that moves only when it is told to or waited on. */
final class ManualClock implements NanoClock {
    private long now;

    ManualClock(long start) {
        now = start;
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public void waitUntil(long time) {
        now = Math.max(now, time);
    }

    void passes(Duration time) {
        now += time.toNanos();
    }
}
