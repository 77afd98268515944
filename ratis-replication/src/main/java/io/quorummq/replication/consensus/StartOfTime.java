/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.util.Collection;
import java.util.Comparator;
import java.util.OptionalLong;

/**
 * Where the cluster's time goes on under a leader that does not know it, since its process was started after the last leader spoke.
 *
 * <p>If it runs on anywhere, from there: this was a failover. If nowhere, all nodes were stopped, and the time that passed is known
 * to their wall clocks alone.
 *
 * @param notBefore the time is at least this, beside what the log says; empty where too few members answered
 * @param settled whether no further answer could move it by more than clocks may differ
 */
record StartOfTime(OptionalLong notBefore, boolean settled) {
    /** How far the wall clock of a node may be from the cluster's time, and two wall clocks from each other. */
    static final long DIFFERENCE_MILLIS_MAX = 2_000;

    /**
     * Decides by what this node and those that answered know.
     *
     * <p>By the wall clocks it is the latest time that a majority of <em>all</em> members has reached. With all of three that is
     * the median, so one wrong clock, ahead or behind, decides nothing. With two of three it is the earlier of both: one of them
     * may be wrong, nobody can tell which, and a time that is too early delivers late, while one that is too late would deliver
     * early. The third node can only move it forward, so it is asked for until it answers, or is not needed since two agree.
     *
     * @param members how many there are, silent ones included
     */
    static StartOfTime of(int members, Collection<NodeTime> known) {
        var running = known.stream()
                .filter(NodeTime::running)
                .mapToLong(NodeTime::clusterMillis)
                .max();
        if (running.isPresent()) {
            // a process that was paused, or has heard little, is behind; none is ahead
            return new StartOfTime(running, true);
        }
        var walls = known.stream()
                .map(NodeTime::wallMillis)
                .sorted(Comparator.reverseOrder())
                .toList();
        var majority = members / 2 + 1;
        if (walls.size() < majority) {
            return new StartOfTime(OptionalLong.empty(), false);
        }
        var reached = walls.get(majority - 1);
        var silent = Math.max(0, members - walls.size());
        // if all who are silent were far ahead
        var reachable = silent < majority ? walls.get(majority - 1 - silent) : Long.MAX_VALUE;
        return new StartOfTime(OptionalLong.of(reached), reachable - reached <= DIFFERENCE_MILLIS_MAX);
    }
}
