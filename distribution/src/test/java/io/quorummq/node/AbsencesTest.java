/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.replication.consensus.ReplicationFigures;
import io.quorummq.replication.consensus.ReplicationFigures.Lag;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class AbsencesTest {
    private List<Lag> lags = List.of();
    private final Absences absences = new Absences(() -> Optional.of(figures()));

    @Test
    void aNodeIsMissedWhenItIsSilentForLongAndNoLongerWhenItAnswers() {
        lags = List.of(lag("n2", 100), lag("n3", 6_000));
        absences.look();
        assertThat(absences.absent()).containsExactly("n3");

        lags = List.of(lag("n2", 100), lag("n3", 20));
        absences.look();
        assertThat(absences.absent()).isEmpty();
    }

    @Test
    void whoLeadsNoMoreMissesNobody() {
        lags = List.of(lag("n3", 6_000));
        absences.look();

        lags = List.of();
        absences.look();

        assertThat(absences.absent()).isEmpty();
    }

    private static Lag lag(String label, long silenceMillis) {
        return new Lag(UUID.randomUUID(), label, 7, 700, silenceMillis);
    }

    private ReplicationFigures figures() {
        return new ReplicationFigures("0", "leader", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, lags, 0, 0, 0, 0);
    }
}
