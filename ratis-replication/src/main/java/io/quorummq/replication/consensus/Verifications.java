/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.TableHash;
import java.util.ArrayList;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** The hashes of the state at the last verification entries, for those who ask before, while and after they are computed. */
final class Verifications {
    static final int KEPT_MAX = 8;
    static final int AWAITED_MAX = 64;

    private final TreeMap<Long, CompletableFuture<TableHash>> reached = new TreeMap<>();
    private final TreeMap<Long, CompletableFuture<TableHash>> awaited = new TreeMap<>();
    private Optional<TableHash> last = Optional.empty();

    /** The hash at an index, perhaps one that is still to be applied; fails with a {@link VerificationException}. */
    synchronized CompletableFuture<TableHash> at(long index, long appliedIndex) {
        var known = reached.get(index);
        if (known != null) {
            return known.copy();
        }
        if (index <= appliedIndex) {
            return CompletableFuture.failedFuture(new VerificationException(
                    "there is no hash of entry " + index + " (any more): this replica has applied " + appliedIndex));
        }
        if (awaited.size() >= AWAITED_MAX && !awaited.containsKey(index)) {
            return CompletableFuture.failedFuture(
                    new VerificationException("more than " + AWAITED_MAX + " entries are waited for"));
        }
        return awaited.computeIfAbsent(index, i -> new CompletableFuture<>()).copy();
    }

    /** The last hash that was computed. */
    synchronized Optional<TableHash> last() {
        return last;
    }

    /** A verification entry is about to be applied; the hash, or why there is none, is to be put into the answer. */
    synchronized CompletableFuture<TableHash> reached(long index) {
        var waiting = awaited.remove(index);
        var hash = waiting == null ? new CompletableFuture<TableHash>() : waiting;
        reached.put(index, hash);
        if (reached.size() > KEPT_MAX) {
            reached.pollFirstEntry();
        }
        var unused = hash.thenAccept(this::computed);
        return hash;
    }

    private synchronized void computed(TableHash hash) {
        last = Optional.of(hash);
    }

    /** Nothing more will be applied: whoever waits hears so. */
    void close(String reason) {
        var waiting = new ArrayList<CompletableFuture<TableHash>>();
        synchronized (this) {
            waiting.addAll(awaited.values());
            waiting.addAll(reached.values());
            awaited.clear();
        }
        waiting.forEach(hash -> hash.completeExceptionally(new VerificationException(reason)));
    }
}
