/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.installation;

import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.PeerService;
import io.quorummq.replication.store.DamageException;
import io.quorummq.replication.store.SnapshotExport;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The giver's side of installations: one export for each taker, which ends when the taker has not been heard of for the length
 * of a lease. It outlives what it gives: a giver comes when a replica opens, and goes with all its exports when that closes.
 */
public final class SnapshotService implements PeerService {
    /** How long an export and its hold on the log stay without a word from the taker. */
    public static final Duration LEASE = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotService.class);
    private static final int TAKERS_MAX = 8;

    private final String shard;
    private final LogHolds holds;
    private final LongSupplier nanoTicker;
    private final Executor executor;
    private final Map<UUID, Given> given = new HashMap<>();
    private @Nullable Giver giver;

    /** One export; its manifest is encoded once, since all its parts have to come from the same. */
    private static final class Given {
        private final SnapshotExport export;
        private final ByteBuffer manifest;
        private volatile long untilNanos;

        Given(SnapshotExport export, ByteBuffer manifest, long untilNanos) {
            this.export = export;
            this.manifest = manifest;
            this.untilNanos = untilNanos;
        }
    }

    /** @param executor where files are read */
    public SnapshotService(String shard, LogHolds holds, LongSupplier nanoTicker, Executor executor) {
        this.shard = shard;
        this.holds = holds;
        this.nanoTicker = nanoTicker;
        this.executor = executor;
    }

    @Override
    public String name() {
        return SnapshotCall.service(shard);
    }

    /** From now on this replica can be copied; null: no longer, and all copies in the making end. */
    public synchronized void give(@Nullable Giver now) {
        giver = now;
        if (now == null) {
            given.values().forEach(each -> each.export.close());
            given.clear();
        }
    }

    /** Ends what nobody asks for any more; to be called now and then. */
    public synchronized void expire() {
        var now = nanoTicker.getAsLong();
        var diskIsShort = !given.isEmpty() && holds.diskIsShort();
        given.entrySet().removeIf(each -> {
            if (diskIsShort || each.getValue().untilNanos - now < 0) {
                LOG.warn(
                        "Shard {}: giving files to member {} ends: {}",
                        shard,
                        each.getKey(),
                        diskIsShort ? "the disk is nearly full" : "it has not been heard of for " + LEASE);
                each.getValue().export.close();
                return true;
            }
            return false;
        });
    }

    @Override
    public CompletableFuture<byte[]> call(byte[] request) {
        var answer = new CompletableFuture<byte[]>();
        try {
            executor.execute(() -> {
                try {
                    answer.complete(answer(ByteBuffer.wrap(request)));
                } catch (PeerRefusal | RuntimeException | Error e) {
                    answer.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new PeerRefusal("this node is stopping"));
        }
        return answer;
    }

    private byte[] answer(ByteBuffer request) throws PeerRefusal {
        try {
            var call = SnapshotCall.of(request.get());
            var asked = SnapshotCall.text(request);
            if (!asked.equals(shard)) {
                throw new PeerRefusal("this node has no shard '" + asked + "'");
            }
            var taker = SnapshotCall.uuid(request);
            return switch (call) {
                case BEGIN -> begin(taker, request.getLong());
                case MANIFEST -> manifest(taker, request.getInt());
                case BLOCKS -> blocks(taker, request);
                case RENEW -> renew(taker);
                case END -> end(taker);
                case HOLD -> hold(taker, request.getLong());
            };
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new PeerRefusal("the request cannot be read: " + e.getMessage());
        }
    }

    private synchronized byte[] begin(UUID taker, long indexMin) throws PeerRefusal {
        if (giver == null) {
            throw new PeerRefusal("shard " + shard + " is closed on this node");
        }
        if (given.size() >= TAKERS_MAX && !given.containsKey(taker)) {
            throw new PeerRefusal("this node gives its files to " + TAKERS_MAX + " others already");
        }
        if (holds.diskIsShort()) {
            throw new PeerRefusal("the disk of this node is nearly full");
        }
        var export = giver.export(indexMin);
        var configuration = giver.configuration();
        var before = given.put(taker, new Given(export, export.manifest(), nanoTicker.getAsLong() + LEASE.toNanos()));
        if (before != null) {
            before.export.close();
        }
        holds.hold(taker, export.position().index(), LEASE);
        LOG.info("Shard {}: giving the files of {} to member {}", shard, export.position(), taker);
        var manifest = required(taker).manifest;
        return ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES + configuration.length)
                .putLong(export.position().term())
                .putLong(export.position().index())
                .putInt(manifest.remaining())
                .put(configuration)
                .array();
    }

    private byte[] manifest(UUID taker, int offset) throws PeerRefusal {
        var manifest = renewed(taker).manifest.duplicate();
        var length = Math.min(SnapshotCall.BATCH_BYTES_MAX, manifest.remaining() - offset);
        var part = new byte[Math.max(0, length)];
        manifest.position(manifest.position() + Math.min(offset, manifest.remaining()))
                .get(part);
        return part;
    }

    private byte[] blocks(UUID taker, ByteBuffer request) throws PeerRefusal {
        var export = renewed(taker).export;
        var wanted = SnapshotCall.blocks(request);
        var answerBytes = SnapshotCall.answerBytes(wanted);
        if (answerBytes > SnapshotCall.ANSWER_BYTES_MAX) {
            throw new PeerRefusal("blocks of " + answerBytes + " bytes were asked for at once");
        }
        var answer = ByteBuffer.allocate((int) answerBytes);
        for (var block : wanted) {
            try {
                var bytes = export.read(block);
                answer.putInt(bytes.remaining()).put(bytes);
            } catch (DamageException e) {
                refuseDamage(e);
            }
        }
        var bytes = new byte[answer.flip().remaining()];
        answer.get(bytes);
        return bytes;
    }

    private void refuseDamage(DamageException damage) throws PeerRefusal {
        Giver now;
        synchronized (this) {
            now = giver;
        }
        if (now != null) {
            now.damaged(damage);
        }
        throw new PeerRefusal("the giver's own files are damaged: " + damage.getMessage());
    }

    private byte[] renew(UUID taker) throws PeerRefusal {
        renewed(taker);
        return new byte[0];
    }

    /** The export goes, the log stays held until the lease is over: the taker still has to come back with the files. */
    private synchronized byte[] end(UUID taker) throws PeerRefusal {
        var last = required(taker);
        var redoUntil = last.export.redoUntil();
        last.export.close();
        given.remove(taker);
        holds.renew(taker, LEASE);
        return ByteBuffer.allocate(Long.BYTES).putLong(redoUntil).array();
    }

    private byte[] hold(UUID taker, long index) throws PeerRefusal {
        if (!holds.hold(taker, index, LEASE)) {
            throw new PeerRefusal("this node does not keep its log for others now");
        }
        return new byte[0];
    }

    private synchronized Given renewed(UUID taker) throws PeerRefusal {
        var now = required(taker);
        now.untilNanos = nanoTicker.getAsLong() + LEASE.toNanos();
        holds.renew(taker, LEASE);
        return now;
    }

    private synchronized Given required(UUID taker) throws PeerRefusal {
        var now = given.get(taker);
        if (now == null) {
            throw new PeerRefusal("this node gives nothing to member " + taker + " any more; begin anew");
        }
        return now;
    }

    /** Members that are being given files now. */
    public synchronized List<UUID> takers() {
        return List.copyOf(given.keySet());
    }
}
