/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What the log's entries change: the same on every replica at the same index.
 *
 * <p>{@link #recover} comes first and may come again after {@link #close}. {@link #apply} and {@link #checkpoint} are called
 * by one thread only; the other methods from anywhere.
 */
public interface ReplicatedState {
    /** Whether an entry counted. A pure function of the entries before it, so every replica says the same. */
    enum Outcome {
        APPLIED,
        DROPPED
    }

    /**
     * Brings the state back to its newest durable checkpoint and answers its position; {@link LogPosition#START} when there is
     * none. Up to {@code lastLogIndex} the files may hold effects of entries that are to be applied again.
     */
    LogPosition recover(long lastLogIndex) throws IOException;

    /** The local log was cut back to this index since recovery: nothing behind it was ever applied. */
    void logCutAfter(long index);

    /**
     * Applies one committed entry. An entry counts only if the term it carries is {@code term} and its sequence follows the
     * last one that counted in that term; all others are dropped. Entries at or below the last checkpoint never come; entries
     * whose effects are already in the files after a crash do come again.
     *
     * @param entry read-only, valid only during the call
     * @throws IOException the disk failed: the caller halts the process
     */
    Outcome apply(long index, long term, ByteBuffer entry) throws IOException;

    /** An entry of the log that changes nothing here. */
    void skip(LogPosition position) throws IOException;

    /** An entry at which every replica hashes its state as it is then; what takes time goes on behind this call. */
    default void verify(LogPosition position) throws IOException {
        skip(position);
    }

    /** The cluster's time in the last entry that counted, in milliseconds; 0 before the first. */
    long clockMillis();

    /**
     * Takes a copy of the state as it is now and makes it durable in the background, without holding up {@link #apply}.
     * Completes with the position of the last applied entry once a crash cannot take it back; the log up to there may go. While
     * the log is still being redone it answers the last checkpoint at once.
     */
    CompletableFuture<LogPosition> checkpoint() throws IOException;

    /** Whether anything of the state is known to be damaged: then this node gives the office away. */
    default boolean damaged() {
        return false;
    }

    /** Where the state is kept in files, these: it can be installed. */
    default Optional<Replica> replica() {
        return Optional.empty();
    }

    /** Stops background work and releases files; nothing is made durable that was not before. Idempotent. */
    void close() throws IOException;
}
