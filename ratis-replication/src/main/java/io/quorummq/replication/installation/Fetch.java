/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.installation;

import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.Peers;
import io.quorummq.replication.store.Disk;
import io.quorummq.replication.store.LogPosition;
import io.quorummq.replication.store.SnapshotImport;
import io.quorummq.replication.store.SnapshotImport.Block;
import io.quorummq.replication.store.StoreFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One attempt to copy the files of one giver into the side directory, to the end or not at all. */
public final class Fetch {
    private static final Logger LOG = LoggerFactory.getLogger(Fetch.class);
    private static final Duration CALL_LIMIT = Duration.ofSeconds(30);
    private static final long RENEW_SECONDS = 10;
    private static final int BATCHES_UNDER_WAY_MAX = 4;
    private static final int MANIFEST_BYTES_MAX = 1 << 30;

    private final Peers peers;
    private final ScheduledExecutorService timer;
    private final String shard;
    private final UUID taker;
    private final Disk disk;
    private final SnapshotImport.LocalFiles localFiles;
    private volatile boolean cancelled;

    /** What was copied: the state at this entry, correct once redo has passed a later one, and the group as the giver knows it. */
    public record Fetched(LogPosition position, long redoUntil, ByteBuffer configuration, long blocks) {}

    private record Offer(LogPosition position, int manifestBytes, ByteBuffer configuration) {}

    private record Batch(List<Block> blocks, CompletableFuture<byte[]> answer) {}

    /** @param timer keeps the giver's lease while files are read or synced here */
    public Fetch(
            Peers peers,
            ScheduledExecutorService timer,
            String shard,
            UUID taker,
            Disk disk,
            SnapshotImport.LocalFiles localFiles) {
        this.peers = peers;
        this.timer = timer;
        this.shard = shard;
        this.taker = taker;
        this.disk = disk;
        this.localFiles = localFiles;
    }

    /** The attempt under way, and any later one, ends soon. */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Copies and makes complete: when this returns, the next opening of the store finds the new state. On any exception the old
     * state stands, unless the process dies in between.
     *
     * @param keepers nodes that may have to send the log behind the copy: asked to keep it, though they may refuse
     * @param indexMin the state must be that of this entry or of a later one
     * @param stillWanted asked last thing, with the position of the copy
     * @throws PeerRefusal the giver has nothing to give now
     * @throws IOException the giver was not reached or died
     * @throws StoreFailure the local disk refused
     */
    public Fetched from(NodeAddress giver, List<NodeAddress> keepers, long indexMin, Predicate<LogPosition> stillWanted)
            throws PeerRefusal, IOException, InterruptedException {
        var offer = begin(giver, indexMin);
        holdLogs(peers, shard, taker, keepers, offer.position().index());
        var renewing = timer.scheduleWithFixedDelay(
                () -> {
                    var unused = peers.call(
                            giver, SnapshotCall.service(shard), SnapshotCall.RENEW.request(shard, taker), CALL_LIMIT);
                    holdLogs(peers, shard, taker, keepers, offer.position().index());
                },
                RENEW_SECONDS,
                RENEW_SECONDS,
                TimeUnit.SECONDS);
        try {
            var manifest = manifest(giver, offer);
            var arriving = SnapshotImport.begin(disk, manifest, localFiles);
            var complete = false;
            try {
                var missing = arriving.missing();
                LOG.info("Shard {}: taking {} blocks of {} from {}", shard, missing.size(), offer.position(), giver);
                take(giver, arriving, missing.iterator());
                var redoUntil = ByteBuffer.wrap(call(giver, SnapshotCall.END.request(shard, taker)))
                        .getLong();
                if (cancelled || !stillWanted.test(offer.position())) {
                    throw new CancellationException(
                            "the installation of " + offer.position() + " is not wanted any more");
                }
                arriving.complete(redoUntil);
                complete = true;
                return new Fetched(offer.position(), redoUntil, offer.configuration(), missing.size());
            } finally {
                if (!complete) {
                    abandon(arriving);
                }
            }
        } finally {
            renewing.cancel(false);
        }
    }

    /** Asks nodes to keep their logs behind an entry for the length of a lease; what they answer does not matter. */
    public static void holdLogs(Peers peers, String shard, UUID taker, List<NodeAddress> keepers, long index) {
        for (var keeper : keepers) {
            var unused = peers.call(
                    keeper, SnapshotCall.service(shard), SnapshotCall.HOLD.request(shard, taker, index), CALL_LIMIT);
        }
    }

    /** A side directory that stays is dropped by the next attempt, and by the next opening of the store. */
    private void abandon(SnapshotImport arriving) {
        try {
            arriving.abandon();
        } catch (StoreFailure e) {
            LOG.warn("Shard {}: what was taken so far could not be dropped", shard, e);
        }
    }

    private Offer begin(NodeAddress giver, long indexMin) throws PeerRefusal, IOException, InterruptedException {
        var answer = ByteBuffer.wrap(call(giver, SnapshotCall.BEGIN.request(shard, taker, indexMin)));
        var position = new LogPosition(answer.getLong(), answer.getLong());
        var manifestBytes = answer.getInt();
        if (manifestBytes < 0 || manifestBytes > MANIFEST_BYTES_MAX) {
            throw new IOException(giver + " offers a manifest of " + manifestBytes + " bytes");
        }
        var configuration = answer.slice().asReadOnlyBuffer();
        if (position.index() < indexMin) {
            throw new IOException(giver + " offers " + position + ", which is before entry " + indexMin);
        }
        return new Offer(position, manifestBytes, configuration);
    }

    private ByteBuffer manifest(NodeAddress giver, Offer offer) throws PeerRefusal, IOException, InterruptedException {
        var manifest = ByteBuffer.allocate(offer.manifestBytes());
        while (manifest.hasRemaining()) {
            var part = call(giver, SnapshotCall.MANIFEST.offsetRequest(shard, taker, manifest.position()));
            if (part.length == 0 || part.length > manifest.remaining()) {
                throw new IOException(giver + " sent " + part.length + " bytes of a manifest of which "
                        + manifest.remaining() + " are missing");
            }
            manifest.put(part);
        }
        return manifest.flip();
    }

    private void take(NodeAddress giver, SnapshotImport arriving, Iterator<Block> missing)
            throws PeerRefusal, IOException, InterruptedException {
        var underWay = new ArrayDeque<Batch>();
        try {
            while (missing.hasNext() || !underWay.isEmpty()) {
                while (missing.hasNext() && underWay.size() < BATCHES_UNDER_WAY_MAX) {
                    underWay.add(ask(giver, missing));
                }
                var batch = underWay.element();
                accept(giver, arriving, batch.blocks(), ByteBuffer.wrap(await(giver, batch.answer())));
                underWay.remove();
            }
        } finally {
            underWay.forEach(batch -> batch.answer().cancel(false));
        }
    }

    private Batch ask(NodeAddress giver, Iterator<Block> missing) {
        var blocks = new ArrayList<Block>();
        var bytes = 0L;
        while (missing.hasNext()
                && bytes < SnapshotCall.BATCH_BYTES_MAX
                && blocks.size() < SnapshotCall.BATCH_BLOCKS_MAX) {
            var block = missing.next();
            blocks.add(block);
            bytes += block.length();
        }
        return new Batch(
                blocks,
                peers.call(
                        giver,
                        SnapshotCall.service(shard),
                        SnapshotCall.blocksRequest(shard, taker, blocks),
                        CALL_LIMIT));
    }

    private static void accept(NodeAddress giver, SnapshotImport arriving, List<Block> blocks, ByteBuffer answer)
            throws IOException {
        for (var block : blocks) {
            var length = answer.remaining() < Integer.BYTES ? -1 : answer.getInt();
            if (length < 0 || length > block.length() || length > answer.remaining()) {
                throw new IOException(giver + " sent " + block + " with " + length + " bytes");
            }
            arriving.accept(block, answer.slice(answer.position(), length));
            answer.position(answer.position() + length);
        }
    }

    private byte[] call(NodeAddress giver, byte[] request) throws PeerRefusal, IOException, InterruptedException {
        return await(giver, peers.call(giver, SnapshotCall.service(shard), request, CALL_LIMIT));
    }

    private byte[] await(NodeAddress giver, CompletableFuture<byte[]> answer)
            throws PeerRefusal, IOException, InterruptedException {
        if (cancelled) {
            throw new CancellationException("the installation was cancelled");
        }
        try {
            return answer.get(CALL_LIMIT.toSeconds() + 1, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PeerRefusal refusal) {
                throw refusal;
            }
            throw new IOException("taking files from " + giver + " failed: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new IOException(giver + " does not answer", e);
        }
    }
}
