/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.replication.artemis.PageCommits.Position;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

final class PageCommitsTest {
    private final PageCommits commits = new PageCommits();
    private final ArrayList<String> ran = new ArrayList<>();

    @Test
    void everythingIsCommittedWhileNothingIsWritten() {
        assertThat(commits.contain(new Position(7, 3))).isTrue();
        assertThat(commits.runWhenReached(new Position(7, 3), () -> ran.add("now")))
                .isFalse();
        assertThat(ran).isEmpty();
    }

    @Test
    void whatIsWrittenIsNotCommittedUntilAllOfItIs() {
        commits.begin(new Position(7, 3));
        commits.begin(new Position(8, 0));

        assertThat(commits.contain(new Position(7, 2))).isTrue();
        assertThat(commits.contain(new Position(7, 3))).isFalse();
        assertThat(commits.contain(new Position(8, 0))).isFalse();

        commits.reached();
        assertThat(commits.contain(new Position(8, 0))).isTrue();
    }

    @Test
    void whoWaitsIsToldOnce() {
        commits.begin(new Position(1, 0));
        assertThat(commits.runWhenReached(new Position(1, 0), () -> ran.add("first")))
                .isTrue();

        commits.reached();
        commits.begin(new Position(1, 1));
        commits.reached();

        assertThat(ran).containsExactly("first");
    }
}
