/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

/** What became of an entry; the same on every replica. */
public sealed interface ApplyResult {
    ApplyResult APPLIED = new Applied();

    /** The entry is in the files. */
    record Applied() implements ApplyResult {}

    /** The entry did not count, or not from its invalid operation on. A broker that gets this for its own term must fence itself. */
    record Dropped(Reason reason, String detail) implements ApplyResult {}

    /** Why an entry did not count. */
    enum Reason {
        /** Written for another term than the one in which it came into the log. */
        STALE,
        /** Its sequence was let through before; the term goes on. */
        REPEATED,
        /** An entry before it is missing: the term is closed. */
        GAP,
        /** It comes behind a gap or an invalid entry of its term. */
        CLOSED,
        /** One of its operations cannot be: those before it count, the rest does not, the term is closed. */
        INVALID
    }
}
