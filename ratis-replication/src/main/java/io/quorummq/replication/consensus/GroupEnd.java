/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.util.OptionalLong;

/**
 * Why Ratis closed the group on this node: because the node is no member any more, or after a failure. Ratis closes first and
 * tells the first case afterwards, so that the second is known only when no news has come.
 */
final class GroupEnd {
    static final long NEWS_NANOS_MAX = 10_000_000_000L;

    private OptionalLong closedNanos = OptionalLong.empty();
    private boolean told;

    enum Verdict {
        GOING_ON,
        NOT_A_MEMBER,
        FAILED
    }

    /** Ratis has begun to close the group. */
    synchronized void closing(long nowNanos) {
        if (closedNanos.isEmpty()) {
            closedNanos = OptionalLong.of(nowNanos);
        }
    }

    /** Ratis says that the group was closed since this node does not belong to it. */
    synchronized void notAMember() {
        told = true;
    }

    /**
     * @param closed whether Ratis has finished closing
     * @param member whether this node is a member by its own configuration; a leader that removed itself is told nothing
     */
    synchronized Verdict verdict(long nowNanos, boolean closed, boolean member) {
        if (closedNanos.isEmpty()) {
            return Verdict.GOING_ON;
        }
        if (closed && (told || !member)) {
            return Verdict.NOT_A_MEMBER;
        }
        return nowNanos - closedNanos.getAsLong() > NEWS_NANOS_MAX ? Verdict.FAILED : Verdict.GOING_ON;
    }
}
