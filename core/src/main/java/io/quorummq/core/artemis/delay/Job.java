/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import java.util.Collection;

/**
 * Work of the engine of time that may take long, done in steps so that what is due meanwhile is not late. What a step has found
 * it deals with before it ends, or drops when it is told to: between two steps others delete or move messages.
 */
interface Job extends AutoCloseable {
    /**
     * Goes on until about this time, by the clock that {@link System#nanoTime} reads.
     *
     * @return whether the work is done
     */
    boolean step(long deadlineNanos);

    /** Drops these messages, if they are held, because another deals with them. */
    default void withdraw(Collection<Waiting> messages) {}

    @Override
    void close();
}
