/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.replication.artemis.PageCommits.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

final class PageCommitsTest {
    private final ArrayDeque<Runnable> reader = new ArrayDeque<>();
    private final PageCommits commits = new PageCommits(reader::add);
    private final ArrayList<String> ran = new ArrayList<>();

    @Test
    void everythingIsCommittedWhileNothingIsWritten() {
        assertThat(commits.contain(new Position(7, 3))).isTrue();
        assertThat(commits.runWhenReached(new Position(7, 3), () -> ran.add("now")))
                .isFalse();
        assertThat(ran).isEmpty();
    }

    @Test
    void eachBatchIsCommittedWhenItsTurnComes() {
        commits.begin(new Position(7, 3));
        commits.begin(new Position(8, 0));
        commits.begin(new Position(8, 2));

        assertThat(commits.contain(new Position(7, 2))).isTrue();
        assertThat(commits.contain(new Position(7, 3))).isFalse();

        commits.reached();
        assertThat(commits.contain(new Position(7, 9))).isTrue();
        assertThat(commits.contain(new Position(8, 0))).isFalse();

        commits.reached();
        commits.reached();
        assertThat(commits.contain(new Position(9, 0))).isTrue();
    }

    @Test
    void whoWaitsIsToldOnceAndOnTheReadersThread() {
        commits.begin(new Position(1, 0));
        commits.begin(new Position(1, 2));
        assertThat(commits.runWhenReached(new Position(1, 2), () -> ran.add("third")))
                .isTrue();
        assertThat(commits.runWhenReached(new Position(1, 0), () -> ran.add("first")))
                .isTrue();

        commits.reached();
        assertThat(ran).isEmpty();
        read();
        assertThat(ran).containsExactly("first");

        commits.reached();
        commits.begin(new Position(1, 3));
        commits.reached();
        read();
        assertThat(ran).containsExactly("first", "third");
    }

    @Test
    void whatIsReadBeforeAnEarlierOneWasReleasedWaitsBehindIt() {
        commits.begin(new Position(1, 0));
        assertThat(commits.runWhenReached(new Position(1, 0), () -> ran.add("first")))
                .isTrue();

        commits.reached();
        assertThat(commits.contain(new Position(1, 1))).isTrue();
        assertThat(commits.runWhenReached(new Position(1, 1), () -> ran.add("second")))
                .isTrue();

        read();
        assertThat(ran).containsExactly("first", "second");
        assertThat(commits.runWhenReached(new Position(1, 2), () -> ran.add("third")))
                .isFalse();
    }

    private void read() {
        for (Runnable task; (task = reader.poll()) != null; ) {
            task.run();
        }
    }
}
