/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.io.IOException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a full disk from being a fault: as room goes, this node first refuses sends, then gives up its reserve and its office,
 * then closes; as room comes back, it opens and takes sends again by itself.
 */
public final class DiskGuard {
    private static final Logger LOG = LoggerFactory.getLogger(DiskGuard.class);

    private final LongSupplier freeBytes;
    private final Levels levels;
    private final Reserve reserve;
    private final Actions actions;
    private volatile State state = State.ROOMY;

    /** How the room on the disk stands. */
    public enum State {
        /** There is enough. */
        ROOMY,
        /** Sends are refused; receives and deletes go on, and may make room. */
        LOW,
        /** The reserve is given up, so that a checkpoint and the purge behind it have room; another node should lead. */
        SHORT,
        /** This node takes no part. */
        CLOSED
    }

    /**
     * Where the room on the disk becomes another matter.
     *
     * @param lowBytes below this sends are refused
     * @param criticalBytes below this the reserve goes; below it again, the node closes
     * @param reserveBytes the size of the reserve
     */
    public record Levels(long lowBytes, long criticalBytes, long reserveBytes) {
        /** One gigabyte, a quarter of it, an eighth of it. */
        public static final Levels DEFAULT = new Levels(1L << 30, 1L << 28, 1L << 27);

        public Levels {
            if (criticalBytes < 1 || lowBytes <= criticalBytes || reserveBytes < 0) {
                throw new IllegalArgumentException("disk levels low " + lowBytes + ", critical " + criticalBytes
                        + ", reserve " + reserveBytes + ": low must be above critical, critical above 0");
            }
        }

        /** Room has come back only when there is clearly more, so that the state does not flap. */
        long roomyBytes() {
            return lowBytes + lowBytes / 8;
        }
    }

    /** Space put aside. */
    public interface Reserve {
        /** Takes the space, if it was given up; fails where there is none. */
        void take() throws IOException;

        /** Gives it to whoever writes next. */
        void giveUp() throws IOException;
    }

    /** What this node does about it. Called on the thread that ticks; may fail, and is tried again at the next tick. */
    public interface Actions {
        void refuseSends(String reason) throws Exception;

        void allowSends() throws Exception;

        /** Begins a checkpoint, so that the log shrinks, and lets another node lead if one can. */
        void makeRoom() throws Exception;

        void close(String reason) throws Exception;

        void open() throws Exception;
    }

    /** @param freeBytes what this process may still write on the disk of the data */
    public DiskGuard(LongSupplier freeBytes, Levels levels, Reserve reserve, Actions actions) {
        this.freeBytes = freeBytes;
        this.levels = levels;
        this.reserve = reserve;
        this.actions = actions;
    }

    public State state() {
        return state;
    }

    /** Looks once; to be called every second or so, on one thread. */
    public void tick() {
        State before;
        do {
            before = state;
            var free = freeBytes.getAsLong();
            try {
                state = next(free);
            } catch (Exception e) {
                LOG.warn("Disk with {} bytes free, state {}: could not be acted upon, tried again", free, before, e);
            }
        } while (state != before);
    }

    /** A write found no room before this noticed: the node closes at once, on the thread that ticks. */
    public void full() {
        if (state == State.CLOSED) {
            return;
        }
        try {
            reserve.giveUp();
            state = close(freeBytes.getAsLong());
        } catch (Exception e) {
            LOG.error("The disk is full, and this node could not be closed", e);
        }
    }

    private State next(long free) throws Exception {
        return switch (state) {
            case ROOMY -> free < levels.lowBytes() ? low(free) : roomy();
            case LOW ->
                free < levels.criticalBytes() ? shortOf(free) : free >= levels.roomyBytes() ? relax() : State.LOW;
            case SHORT -> free < levels.criticalBytes() ? close(free) : roomWithReserve(free) ? relax() : State.SHORT;
            case CLOSED -> roomWithReserve(free) ? reopen(free) : State.CLOSED;
        };
    }

    private boolean roomWithReserve(long free) {
        return free >= levels.roomyBytes() + levels.reserveBytes();
    }

    /** The reserve is taken at the first look as well, not only when room has come back. */
    private State roomy() {
        takeReserve();
        return State.ROOMY;
    }

    private void takeReserve() {
        try {
            reserve.take();
        } catch (IOException e) {
            LOG.warn("No space could be put aside on the disk", e);
        }
    }

    private State low(long free) throws Exception {
        var reason = "only " + megabytes(free) + " MB are free on the disk, less than " + megabytes(levels.lowBytes());
        LOG.warn("{}: sends are refused until there is room", reason);
        actions.refuseSends(reason);
        return State.LOW;
    }

    private State shortOf(long free) throws Exception {
        LOG.error(
                "Only {} MB are free on the disk: giving up the reserve of {} MB and making room",
                megabytes(free),
                megabytes(levels.reserveBytes()));
        reserve.giveUp();
        actions.makeRoom();
        return State.SHORT;
    }

    private State close(long free) throws Exception {
        var reason = "only " + megabytes(free) + " MB are free on the disk";
        LOG.error("{}: this node takes no part until there is room", reason);
        actions.close(reason);
        return State.CLOSED;
    }

    private State reopen(long free) throws Exception {
        LOG.info("{} MB are free on the disk again: this node takes part again", megabytes(free));
        actions.open();
        return State.SHORT;
    }

    private State relax() throws Exception {
        LOG.info("There is room on the disk again: sends are taken");
        actions.allowSends();
        takeReserve();
        return State.ROOMY;
    }

    private static long megabytes(long bytes) {
        return bytes >> 20;
    }
}
