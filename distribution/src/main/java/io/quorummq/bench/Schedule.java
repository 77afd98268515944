/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.util.concurrent.TimeUnit;

/**
 * When each send of one producer is due.
 *
 * <p>Latencies count from the due time, not from the moment the producer got round to it: a broker that stalls for a
 * second then shows in every message that was due in that second, not in one.
 */
interface Schedule {
    /** The due time of the n-th send, n from 0, asked at {@code now}. */
    long due(long n, long now);

    /** Whether sends wait for their time; otherwise each is due when it is asked for. */
    boolean isPaced();

    /** As fast as confirmations allow. */
    static Schedule unlimited() {
        return new Unlimited();
    }

    /**
     * An even share of a rate.
     *
     * @param start when the first producer's first send is due; the other producers follow evenly spread
     * @param messagesPerSecond of all producers together
     * @param messagesPerSend messages that one send carries
     */
    static Schedule share(long start, double messagesPerSecond, int messagesPerSend, int producer, int producers) {
        double interval = TimeUnit.SECONDS.toNanos(1) * (double) messagesPerSend * producers / messagesPerSecond;
        return new Paced(start + (long) (interval * producer / producers), interval);
    }

    /** Due when asked. */
    record Unlimited() implements Schedule {
        @Override
        public long due(long n, long now) {
            return now;
        }

        @Override
        public boolean isPaced() {
            return false;
        }
    }

    /** Due at fixed times, whatever happened to the sends before. */
    record Paced(long first, double intervalNanos) implements Schedule {
        @Override
        public long due(long n, long now) {
            return first + (long) (n * intervalNanos);
        }

        @Override
        public boolean isPaced() {
            return true;
        }
    }
}
