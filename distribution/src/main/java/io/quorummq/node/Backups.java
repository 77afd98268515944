/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.cluster.BackupMade;
import io.quorummq.cluster.ClusterRequest;
import io.quorummq.replication.consensus.Backup;
import io.quorummq.replication.consensus.RaftNode;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.store.LogPosition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Puts this replica's files aside while it goes on, as they are behind all that was acknowledged before. */
final class Backups {
    private static final Duration APPLIED_MAX = Duration.ofMinutes(1);

    private final String shard;
    private final Supplier<RaftNode> raft;
    private final Backup backup;
    private final LeaderCalls leader;
    private final Executor threads;
    private final AtomicBoolean busy = new AtomicBoolean();

    Backups(String shard, Supplier<RaftNode> raft, Backup backup, LeaderCalls leader, Executor threads) {
        this.shard = shard;
        this.raft = raft;
        this.backup = backup;
        this.leader = leader;
        this.threads = threads;
    }

    /** On the leader: an entry behind all that was acknowledged. */
    CompletableFuture<byte[]> barrier() {
        return raft.get()
                .verify()
                .thenApply(position -> new BackupMade(shard, position.index(), Long.toString(position.term())).bytes());
    }

    CompletableFuture<byte[]> write(ClusterRequest request) throws PeerRefusal, IOException {
        var directory = Path.of(request.argument(ClusterRequest.DIRECTORY));
        if (!directory.isAbsolute()) {
            throw new PeerRefusal("the directory of a backup must be absolute, not " + directory);
        }
        if (!busy.compareAndSet(false, true)) {
            throw new PeerRefusal("this node is writing a backup already");
        }
        try {
            return leader.call(ClusterRequest.of(ClusterRequest.BARRIER), serving -> barrier())
                    .thenApply(BackupMade::parse)
                    .thenApplyAsync(barrier -> write(position(barrier), directory), threads)
                    .whenComplete((made, failure) -> busy.set(false));
        } catch (PeerRefusal | IOException | RuntimeException e) {
            busy.set(false);
            throw e;
        }
    }

    private byte[] write(LogPosition barrier, Path directory) {
        try {
            var note = backup.write(barrier, APPLIED_MAX, directory);
            return new BackupMade(
                            shard, note.state().position().index(), note.state().sha256())
                    .bytes();
        } catch (IOException e) {
            throw new CompletionException(new PeerRefusal(String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
    }

    private static LogPosition position(BackupMade barrier) {
        return new LogPosition(Long.parseLong(barrier.hash()), barrier.index());
    }
}
