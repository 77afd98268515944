/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** The leadership of one node during one term, and the log writer that ends with it. */
public final class Office {
    private final long term;
    private final LogWriter log;
    private boolean taken;

    Office(
            long term,
            BiFunction<Long, Consumer<FencedException>, LogWriter> writers,
            BiConsumer<Office, FencedException> onFenced) {
        this.term = term;
        this.log = writers.apply(term, reason -> onFenced.accept(this, reason));
    }

    /** The Raft term, different for every office there ever was in this group. */
    public long term() {
        return term;
    }

    /** The way into the log; fenced when the office is lost. */
    public LogWriter log() {
        return log;
    }

    boolean isTaken() {
        return taken;
    }

    void setTaken(boolean taken) {
        this.taken = taken;
    }

    @Override
    public String toString() {
        return "office of term " + term;
    }
}
