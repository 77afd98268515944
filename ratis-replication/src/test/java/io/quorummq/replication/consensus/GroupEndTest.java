/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static io.quorummq.replication.consensus.GroupEnd.NEWS_NANOS_MAX;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class GroupEndTest {
    private final GroupEnd end = new GroupEnd();

    @Test
    void aGroupThatRunsGoesOnWhateverItsMembers() {
        assertThat(end.verdict(NEWS_NANOS_MAX * 2, false, false)).isEqualTo(GroupEnd.Verdict.GOING_ON);
    }

    @Test
    void aMemberThatIsToldItIsNoneLeavesWhenRatisHasFinished() {
        end.closing(5);
        assertThat(end.verdict(6, true, true)).isEqualTo(GroupEnd.Verdict.GOING_ON);

        end.notAMember();

        assertThat(end.verdict(7, false, true)).isEqualTo(GroupEnd.Verdict.GOING_ON);
        assertThat(end.verdict(8, true, true)).isEqualTo(GroupEnd.Verdict.NOT_A_MEMBER);
    }

    @Test
    void aNodeThatKnowsItIsNoMemberNeedsNoNews() {
        end.closing(5);

        assertThat(end.verdict(6, true, false)).isEqualTo(GroupEnd.Verdict.NOT_A_MEMBER);
    }

    @Test
    void aMemberThatIsToldNothingHasFailed() {
        end.closing(5);

        assertThat(end.verdict(5 + NEWS_NANOS_MAX, true, true)).isEqualTo(GroupEnd.Verdict.GOING_ON);
        assertThat(end.verdict(6 + NEWS_NANOS_MAX, true, true)).isEqualTo(GroupEnd.Verdict.FAILED);
    }
}
