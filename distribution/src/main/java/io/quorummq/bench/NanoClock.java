/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.util.concurrent.locks.LockSupport;

/** The monotonic clock of a run, in nanoseconds from an arbitrary origin. */
interface NanoClock {
    /** The machine's own. */
    NanoClock SYSTEM = new NanoClock() {
        @Override
        public long now() {
            return System.nanoTime();
        }

        @Override
        public void waitUntil(long time) {
            for (long left = time - now(); left > 0 && !Thread.currentThread().isInterrupted(); left = time - now()) {
                LockSupport.parkNanos(left);
            }
        }
    };

    /** The time now; only differences mean anything. */
    long now();

    /** Returns at that time or when the thread is interrupted; at once when the time has passed. */
    void waitUntil(long time);
}
