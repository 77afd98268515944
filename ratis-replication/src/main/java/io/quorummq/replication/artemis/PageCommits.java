/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far the pages of one address are committed. Written by the one thread that writes the pages, asked by all; what is not
 * committed when the office ends never is.
 */
final class PageCommits {
    /** The first position that is not committed; null when there is none. */
    private volatile @Nullable Position pending;

    private List<Runnable> waiting = new ArrayList<>();

    /** The place of a message: its page, and its number on the page. */
    record Position(long page, int message) implements Comparable<Position> {
        @Override
        public int compareTo(Position other) {
            var byPage = Long.compare(page, other.page);
            return byPage != 0 ? byPage : Integer.compare(message, other.message);
        }
    }

    /** A write at this position begins, behind all earlier ones. */
    synchronized void begin(Position next) {
        if (pending == null) {
            pending = next;
        }
    }

    /** Everything written is committed. */
    void reached() {
        List<Runnable> released;
        synchronized (this) {
            pending = null;
            released = waiting;
            waiting = new ArrayList<>();
        }
        released.forEach(Runnable::run);
    }

    boolean contain(Position position) {
        var first = pending;
        return first == null || position.compareTo(first) < 0;
    }

    /**
     * Runs the task when the position is committed.
     *
     * @return false, without running it, when it is already
     */
    boolean runWhenReached(Position position, Runnable task) {
        if (contain(position)) {
            return false;
        }
        synchronized (this) {
            if (contain(position)) {
                return false;
            }
            waiting.add(task);
            return true;
        }
    }
}
