/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.installation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class LogHoldsTest {
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final AtomicLong freeBytes = new AtomicLong(1_000);
    private final LogHolds holds = new LogHolds(nanos::get, freeBytes::get, 100);
    private final UUID one = new UUID(0, 1);
    private final UUID other = new UUID(0, 2);

    @Test
    void theLogStaysBehindTheLowestEntryThatAnybodyHolds() {
        holds.hold(one, 50, LEASE);
        holds.hold(other, 30, LEASE);

        assertThat(holds.limit(100)).isEqualTo(30);
        assertThat(holds.limit(20)).isEqualTo(20);

        holds.release(other);
        assertThat(holds.limit(100)).isEqualTo(50);
    }

    @Test
    void aHoldEndsWithItsLeaseUnlessItIsRenewed() {
        holds.hold(one, 50, LEASE);
        holds.hold(other, 30, LEASE);
        nanos.addAndGet(Duration.ofSeconds(8).toNanos());
        holds.renew(one, LEASE);
        nanos.addAndGet(Duration.ofSeconds(8).toNanos());

        assertThat(holds.limit(100)).isEqualTo(50);
    }

    @Test
    void aShortDiskEndsAllHoldsAndTakesNoNewOnes() {
        holds.hold(one, 50, LEASE);

        freeBytes.set(99);

        assertThat(holds.limit(100)).isEqualTo(100);
        assertThat(holds.hold(one, 50, LEASE)).isFalse();
        freeBytes.set(100);
        assertThat(holds.limit(100)).isEqualTo(100);
    }
}
