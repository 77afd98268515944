/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one round against one target gave.
 *
 * @param drained whether consumers had the chance to get everything that was sent
 * @param missing confirmed and never received
 * @param foreign messages that came out and were not of this round
 * @param lateness of the delayed messages that came
 * @param server what it held before the round and when the round was over; empty when nobody asked
 */
record Result(
        Target target,
        int round,
        Delays delays,
        List<Figures> figures,
        boolean drained,
        long confirmed,
        long missing,
        long duplicates,
        long foreign,
        Lateness lateness,
        Optional<ServerState.Change> server,
        Map<String, Long> failures) {
    /** Everything confirmed came out, once and not before its time, and nothing failed. */
    boolean isClean() {
        return failures.isEmpty() && duplicates == 0 && lateness.early() == 0 && (!drained || missing == 0);
    }
}
