/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import io.quorummq.core.artemis.Storage;
import io.quorummq.replication.consensus.ClusterClock;
import io.quorummq.replication.consensus.LeaderFiles;
import io.quorummq.replication.consensus.Member;
import io.quorummq.replication.consensus.Office;
import io.quorummq.replication.consensus.Officeholder;
import io.quorummq.replication.consensus.RaftNode;
import io.quorummq.replication.consensus.RaftSettings;
import io.quorummq.replication.consensus.Shard;
import io.quorummq.replication.consensus.StoreState;
import io.quorummq.replication.peer.NotSentException;
import io.quorummq.replication.peer.PeerPort;
import io.quorummq.replication.peer.PeerServices;
import io.quorummq.replication.store.LocalDisk;
import io.quorummq.replication.store.StoreSettings;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.core.paging.PagingStoreFactory;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.server.NodeManager;
import org.jspecify.annotations.Nullable;

/**
 * The files of a group of one, in the data directory of the engine that uses them: what the engine's own tests run over when this
 * is on their class path.
 */
public final class SoloStorage implements Storage, AutoCloseable {
    private static final Shard SHARD = new Shard("0", new UUID(0x6a2c_91d4_55e7_4b03L, 0x8f11_2d3e_4a5b_6c7dL));

    private @Nullable RaftNode node;
    private @Nullable Storage opened;

    @Override
    public StorageManager storageManager(Engine engine) {
        return opened(engine).storageManager(engine);
    }

    @Override
    public PagingStoreFactory pagingStoreFactory(Engine engine) {
        return opened(engine).pagingStoreFactory(engine);
    }

    @Override
    public NodeManager nodeManager(Engine engine, File directory) {
        return opened(engine).nodeManager(engine, directory);
    }

    private Storage opened(Engine engine) {
        var known = opened;
        if (known == null) {
            var configuration = engine.server().getConfiguration();
            known = open(configuration.getJournalLocation().getParentFile().toPath());
            opened = known;
        }
        return known;
    }

    private Storage open(Path data) {
        try {
            var identity = data.resolve("member");
            var isNew = Files.notExists(identity);
            if (isNew) {
                Files.createDirectories(data);
                Files.writeString(identity, UUID.randomUUID().toString());
            }
            var self = new Member(UUID.fromString(Files.readString(identity)), "n1", "127.0.0.1", freePort());
            var state = new StoreState(new LocalDisk(data.resolve("files")), StoreSettings.DEFAULT);
            var holder = new Holder();
            var raft = new RaftNode(
                    new RaftNode.Identity(SHARD, self, List.of(self), data),
                    RaftSettings.defaults().withElectionTimeouts(Duration.ofMillis(50), Duration.ofMillis(100)),
                    state,
                    new ClusterClock(InstantSource.system(), System::nanoTime),
                    System::nanoTime,
                    (code, reason, cause) -> {
                        throw new IllegalStateException(code + " " + reason, cause);
                    },
                    holder,
                    new RaftNode.Network(
                            new PeerPort(new PeerServices(SHARD.groupId(), ForkJoinPool.commonPool()), null),
                            (node, service, request, limit) -> CompletableFuture.failedFuture(
                                    new NotSentException("nobody else is there", new IOException("alone")))));
            node = raft;
            raft.open(isNew ? RaftNode.Formation.FIRST_START : RaftNode.Formation.RESTART);
            var office = holder.taken.orTimeout(30, TimeUnit.SECONDS).join();
            return new ReplicatedStorage(new LeaderFiles(office, state.store()), SHARD.groupId(), data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        if (node != null) {
            node.close();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static final class Holder implements Officeholder {
        final CompletableFuture<Office> taken = new CompletableFuture<>();

        @Override
        public void takeOffice(Office office) {
            taken.complete(office);
        }

        @Override
        public void handOver(Office office) {}

        @Override
        public void loseOffice(Office office) {}
    }
}
