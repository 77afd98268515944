/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

/** Work of the engine of time that may take long, done in steps so that what is due meanwhile is not late. */
interface Job extends AutoCloseable {
    /**
     * Goes on until about this time, by the clock that {@link System#nanoTime} reads.
     *
     * @return whether the work is done
     */
    boolean step(long deadlineNanos);

    @Override
    void close();
}
