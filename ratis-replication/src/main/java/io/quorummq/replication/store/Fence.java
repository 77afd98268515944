/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

/**
 * Which entry may come next. A broker is activated at most once in a term and counts its entries from 1; an entry that comes in a
 * later term of the log than it was written for, or behind a gap, must not touch the files, on any replica.
 */
sealed interface Fence {
    /** The last term that wrote. */
    long term();

    /** The last sequence of it that was let through. */
    long sequence();

    boolean closed();

    /** Judges an entry written for a term, found in the log under a term. */
    Judgement judge(long logTerm, Entry entry);

    /** Nothing more is let through in this term. */
    default Fence close() {
        return new Closed(term(), sequence());
    }

    /** The fence after the entry, and whether it passed. */
    record Judgement(Fence next, ApplyResult result) {
        static Judgement pass(Fence next) {
            return new Judgement(next, ApplyResult.APPLIED);
        }

        static Judgement keepOut(Fence next, ApplyResult.Reason reason, long logTerm, Entry entry, Fence before) {
            return new Judgement(
                    next,
                    new ApplyResult.Dropped(
                            reason,
                            "entry " + entry.sequence() + " of term " + entry.term() + " found in term " + logTerm
                                    + " of the log, after entry " + before.sequence() + " of term " + before.term()));
        }
    }

    /** The term's entries have come without a gap so far. */
    record Open(long term, long sequence) implements Fence {
        @Override
        public boolean closed() {
            return false;
        }

        @Override
        public Judgement judge(long logTerm, Entry entry) {
            if (entry.term() != logTerm || entry.term() < term) {
                return Judgement.keepOut(this, ApplyResult.Reason.STALE, logTerm, entry, this);
            }
            if (entry.term() > term) {
                return new Open(entry.term(), 0).judge(logTerm, entry);
            }
            if (entry.sequence() == sequence + 1) {
                return Judgement.pass(new Open(term, sequence + 1));
            }
            if (entry.sequence() <= sequence) {
                return Judgement.keepOut(this, ApplyResult.Reason.REPEATED, logTerm, entry, this);
            }
            return Judgement.keepOut(close(), ApplyResult.Reason.GAP, logTerm, entry, this);
        }
    }

    /** An entry of the term is missing: all later ones are kept out until a new term begins. */
    record Closed(long term, long sequence) implements Fence {
        @Override
        public boolean closed() {
            return true;
        }

        @Override
        public Judgement judge(long logTerm, Entry entry) {
            if (entry.term() != logTerm || entry.term() < term) {
                return Judgement.keepOut(this, ApplyResult.Reason.STALE, logTerm, entry, this);
            }
            if (entry.term() > term) {
                return new Open(entry.term(), 0).judge(logTerm, entry);
            }
            return Judgement.keepOut(this, ApplyResult.Reason.CLOSED, logTerm, entry, this);
        }
    }
}
