/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.util.List;
import java.util.Map;

/**
 * What one round against one target gave.
 *
 * @param drained whether consumers had the chance to get everything that was sent
 * @param missing confirmed and never received
 * @param foreign messages that came out and were not of this round
 */
record Result(
        Target target,
        int round,
        List<Figures> figures,
        boolean drained,
        long confirmed,
        long missing,
        long duplicates,
        long foreign,
        Map<String, Long> failures) {
    /** Everything confirmed came out, once, and nothing failed. */
    boolean isClean() {
        return failures.isEmpty() && duplicates == 0 && (!drained || missing == 0);
    }
}
