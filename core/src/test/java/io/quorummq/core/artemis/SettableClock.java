/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** Runs as the machine's clock does, and can be put forward. */
final class SettableClock implements InstantSource {
    private final AtomicLong aheadMillis = new AtomicLong();

    @Override
    public Instant instant() {
        return Instant.now().plusMillis(aheadMillis.get());
    }

    void advance(Duration by) {
        aheadMillis.addAndGet(by.toMillis());
    }
}
