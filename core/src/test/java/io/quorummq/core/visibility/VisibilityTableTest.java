/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.visibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VisibilityTableTest {
    private final HiddenTotals totals = new HiddenTotals();
    private final VisibilityTable<String> table = new VisibilityTable<>(totals);

    @Test
    void handleOwnsItsMessageUntilItsTimeAndOnce() {
        table.lease("m", 10, lease(1, 77, 100));

        assertThat(table.take(76, 50)).isEmpty();
        assertThat(table.take(77, 100)).isEmpty();
        assertThat(table.take(77, 99)).contains("m");
        assertThat(table.take(77, 99)).isEmpty();
        assertThat(table.leased()).isZero();
        assertThat(table.lease(1)).isPresent();
    }

    @Test
    void newLeaseOutdatesTheHandleBefore() {
        table.lease("m", 10, lease(1, 77, 100));
        table.lease("m", 10, lease(1, 78, 200));

        assertThat(table.take(77, 50)).isEmpty();
        assertThat(table.due(150, 100)).isEmpty();
        assertThat(table.leasedBytes()).isEqualTo(10);
        assertThat(table.take(78, 150)).contains("m");
    }

    @Test
    void messagesComeBackInTheOrderOfTheirTimes() {
        table.lease("late", 1, lease(1, 11, 300));
        table.lease("early", 1, lease(2, 12, 100));
        table.hide("delayed", 3, false, 1, 200, 0);

        assertThat(table.nextDue()).hasValue(100);
        assertThat(table.due(99, 100)).isEmpty();
        assertThat(table.due(250, 100)).containsExactly("early", "delayed");
        assertThat(table.nextDue()).hasValue(300);
    }

    @Test
    void messageThatComesAfterItsLeaseWasLoadedIsHiddenAndOwned() {
        table.load(lease(1, 77, 100), 0);

        assertThat(table.claimUnread(77, 100)).isEmpty();
        assertThat(table.hide("m", 1, true, 5, 0, 50)).isTrue();

        assertThat(table.claimUnread(77, 50)).isEmpty();
        assertThat(table.unpaged()).isZero();
        assertThat(table.take(77, 50)).contains("m");
    }

    @Test
    void loadedLeaseWhoseMessageHasNotComeIsClaimedOnce() {
        table.load(lease(1, 76, 100), 0);
        table.load(lease(1, 77, 100), 0);

        assertThat(table.claimUnread(76, 50)).isEmpty();
        assertThat(table.claimUnread(77, 50)).map(Lease::messageId).contains(1L);
        assertThat(table.claimUnread(77, 50)).isEmpty();
    }

    @Test
    void loadedLeaseCountsFromTheStartUntilItsTimeWhetherItsMessageIsReadOrNot() {
        table.load(lease(1, 77, 100), 0);
        table.load(lease(2, 78, 100), 0);
        assertThat(table.leased()).isEqualTo(2);
        assertThat(table.leasedBytes()).isZero();

        table.hide("m", 1, true, 5, 0, 50);

        assertThat(table.leased()).isEqualTo(2);
        assertThat(table.leasedBytes()).isEqualTo(5);
        assertThat(table.nextDue()).hasValue(100);
        assertThat(table.due(100, 9)).containsExactly("m");
        assertThat(table.leased() + totals.leased() + totals.leasedBytes()).isZero();
        assertThat(table.hide("unread until now", 2, true, 5, 0, 100)).isFalse();
    }

    @Test
    void claimedMessageStaysHiddenBeyondItsLeaseUntilItsFateIsKnown() {
        table.load(lease(1, 77, 100), 0);
        table.load(lease(2, 78, 100), 0);
        var unused = List.of(table.claimUnread(77, 50), table.claimUnread(78, 50));
        assertThat(table.leased()).isZero();

        assertThat(table.hide("one", 1, true, 5, 0, 150)).isTrue();
        assertThat(table.hide("other", 2, true, 5, 0, 150)).isTrue();
        assertThat(table.due(150, 9)).isEmpty();
        assertThat(table.hides(1, 150)).isTrue();

        assertThat(table.takeClaimed(1)).contains("one");
        table.forget(1);
        table.unclaim(2);
        assertThat(table.due(150, 9)).containsExactly("other");
        assertThat(table.hides(2, 150)).isFalse();
    }

    @Test
    void noMoreComeBackAtOnceThanAskedFor() {
        for (int id = 1; id <= 5; id++) {
            table.lease("m" + id, 1, lease(id, id, 100));
        }

        assertThat(table.due(100, 2)).containsExactly("m1", "m2");
        assertThat(table.nextDue()).hasValue(100);
        assertThat(table.due(100, 9)).containsExactly("m3", "m4", "m5");
    }

    @Test
    void queueThatIsGoneCountsForTheBrokerNoMore() {
        var other = new VisibilityTable<String>(totals);
        other.lease("m", 10, lease(1, 77, 100));
        table.lease("m", 10, lease(1, 77, 100));
        assertThat(totals.leased()).isEqualTo(2);
        assertThat(totals.leasedBytes()).isEqualTo(20);

        other.close();
        other.lease("late", 10, lease(2, 78, 100));

        assertThat(totals.leased()).isEqualTo(1);
        assertThat(totals.leasedBytes()).isEqualTo(10);
    }

    @Test
    void hiddenMessageIsTakenByItsId() {
        table.lease("m", 10, lease(1, 77, 100));
        table.load(lease(2, 78, 100), 0);

        assertThat(table.takeMessage(1)).contains("m");
        assertThat(table.takeMessage(1)).isEmpty();
        assertThat(table.takeMessage(2)).isEmpty();
        assertThat(table.leased()).isEqualTo(1);
    }

    @Test
    void forgottenMessageLeavesNothing() {
        table.lease("m", 10, lease(1, 77, 100));
        table.load(lease(2, 78, 100), 0);
        table.hide("delayed", 3, false, 1, 200, 0);

        List.of(1L, 2L, 3L).forEach(table::forget);

        assertThat(table.isEmpty()).isTrue();
        assertThat(table.take(77, 50)).isEmpty();
        assertThat(table.claimUnread(78, 50)).isEmpty();
        assertThat(table.nextDue()).isEmpty();
        assertThat(table.leased() + table.leasedBytes() + table.delayed() + table.unpaged())
                .isZero();
    }

    @Test
    void doesWhatANaiveTableDoes() {
        var seed = new Random().nextLong();
        var random = new Random(seed);
        var model = new Model();
        var now = 0L;
        for (int step = 0; step < 300_000; step++) {
            now += random.nextInt(3);
            var id = 1 + random.nextInt(12);
            var at = now + random.nextInt(40) - 5;
            var handle = random.nextInt(4) == 0 ? Lease.NO_HANDLE : step;
            var known = 1 + random.nextInt(Math.max(1, step));
            if (random.nextBoolean()) {
                known = model.anyHandle(id);
            }
            var context = "seed %d step %d".formatted(seed, step);
            switch (random.nextInt(9)) {
                case 0, 1 -> {
                    var lease = new Lease(id, id, id % 2 == 0, handle, at, step, 0);
                    table.lease("m" + id, id, lease);
                    model.lease(id, lease);
                }
                case 2 -> {
                    if (model.isHidden(id)) {
                        continue;
                    }
                    var scheduled = random.nextBoolean() ? 0 : at;
                    assertThat(table.hide("m" + id, id, id % 2 == 0, id, scheduled, now))
                            .as(context)
                            .isEqualTo(model.hide(id, scheduled, now));
                }
                case 3 -> assertThat(table.take(known, now)).as(context).isEqualTo(model.take(known, now));
                case 4 -> assertThat(table.due(now, 100)).as(context).isEqualTo(model.due(now));
                case 5 -> {
                    table.forget(id);
                    model.forget(id);
                }
                case 6 -> {
                    if (model.isHidden(id)) {
                        continue;
                    }
                    var lease = new Lease(id, id, id % 2 == 0, Lease.NO_HANDLE, at, step, 0);
                    table.remember(lease);
                    model.remember(id, lease);
                }
                case 7 -> {
                    var odd = step % 2 == 1;
                    assertThat(table.takeAll(m -> (m.charAt(m.length() - 1) % 2 == 1) == odd))
                            .as(context)
                            .isEqualTo(model.takeAll(odd));
                }
                default -> assertThat(table.lease(id)).as(context).isEqualTo(model.leaseOf(id));
            }
            if (!model.agrees(table)
                    || totals.leased() != table.leased()
                    || totals.leasedBytes() != table.leasedBytes()) {
                throw new AssertionError(context + ": the counts differ");
            }
        }
    }

    private static Lease lease(long id, long handle, long until) {
        return new Lease(1000 + id, id, true, handle, until, 1, 1);
    }

    /** The same promises, kept by looking at everything every time. */
    private static final class Model {
        private static final class Known {
            private @Nullable Lease lease;
            private boolean hidden;
            private boolean owned;
            private long until;
        }

        private final Map<Integer, Known> messages = new TreeMap<>();
        private final Map<Integer, Integer> lastHandles = new HashMap<>();

        boolean isHidden(int id) {
            var known = messages.get(id);
            return known != null && known.hidden;
        }

        int anyHandle(int id) {
            return lastHandles.getOrDefault(id, 0);
        }

        void lease(int id, Lease lease) {
            var known = messages.computeIfAbsent(id, i -> new Known());
            known.lease = lease;
            known.hidden = true;
            known.owned = lease.handle() != Lease.NO_HANDLE;
            known.until = lease.visibleAt();
            lastHandles.put(id, (int) lease.handle());
        }

        boolean hide(int id, long scheduled, long now) {
            var lease = leaseOf(id).orElse(null);
            var until = Math.max(scheduled, lease == null ? 0 : lease.visibleAt());
            if (until <= now) {
                return false;
            }
            var known = messages.computeIfAbsent(id, i -> new Known());
            known.hidden = true;
            known.owned = lease != null && lease.handle() != Lease.NO_HANDLE && lease.visibleAt() > now;
            known.until = until;
            return true;
        }

        void remember(int id, Lease lease) {
            messages.computeIfAbsent(id, i -> new Known()).lease = lease;
        }

        Optional<Lease> leaseOf(int id) {
            var known = messages.get(id);
            return known == null ? Optional.empty() : Optional.ofNullable(known.lease);
        }

        Optional<String> take(long handle, long now) {
            for (var entry : messages.entrySet()) {
                var known = entry.getValue();
                if (known.hidden
                        && known.owned
                        && known.lease != null
                        && known.lease.handle() == handle
                        && known.until > now) {
                    return Optional.of(reveal(entry.getKey()));
                }
            }
            return Optional.empty();
        }

        List<String> due(long now) {
            return reveal(ids(known -> known.until <= now));
        }

        List<String> takeAll(boolean odd) {
            return reveal(ids(known -> true).stream()
                    .filter(id -> (("m" + id).charAt(("m" + id).length() - 1) % 2 == 1) == odd)
                    .toList());
        }

        private List<Integer> ids(java.util.function.Predicate<Known> fits) {
            return messages.entrySet().stream()
                    .filter(entry -> entry.getValue().hidden && fits.test(entry.getValue()))
                    .sorted(Comparator.comparing((Map.Entry<Integer, Known> entry) -> entry.getValue().until)
                            .thenComparing(Map.Entry::getKey))
                    .map(Map.Entry::getKey)
                    .toList();
        }

        private List<String> reveal(List<Integer> ids) {
            var revealed = new ArrayList<String>();
            ids.forEach(id -> revealed.add(reveal(id)));
            return revealed;
        }

        private String reveal(int id) {
            var known = messages.get(id);
            if (known != null) {
                known.hidden = false;
                if (known.lease == null) {
                    messages.remove(id);
                }
            }
            return "m" + id;
        }

        void forget(int id) {
            messages.remove(id);
        }

        boolean agrees(VisibilityTable<String> table) {
            long leased = 0;
            long bytes = 0;
            long delayed = 0;
            long unpaged = 0;
            var next = OptionalLong.empty();
            for (var entry : messages.entrySet()) {
                var known = entry.getValue();
                if (!known.hidden) {
                    continue;
                }
                leased += known.owned ? 1 : 0;
                bytes += known.owned ? entry.getKey() : 0;
                delayed += known.owned ? 0 : 1;
                unpaged += entry.getKey() % 2;
                if (next.isEmpty() || known.until < next.getAsLong()) {
                    next = OptionalLong.of(known.until);
                }
            }
            return table.leased() == leased
                    && table.leasedBytes() == bytes
                    && table.delayed() == delayed
                    && table.unpaged() == unpaged
                    && table.nextDue().equals(next)
                    && table.isEmpty() == messages.isEmpty();
        }
    }
}
