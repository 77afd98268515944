/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorageMetadata;
import org.apache.ratis.server.storage.RaftStorageMetadataFile;

/**
 * Makes a vote survive a power cut. Ratis writes the file with term and vote aside, fsyncs and renames it, but never fsyncs the
 * directory, so a node could forget its vote and vote twice in one term.
 *
 * <p>Ratis reads and writes that file through one reference, which has no setter: it is replaced by reflection by one that
 * fsyncs the directory after each change. If a later Ratis has no such reference, the node refuses to start.
 */
final class VoteDurability {
    private VoteDurability() {}

    /** Makes the metadata that are there durable, and all later ones before {@code persist} returns. */
    static void install(RaftStorage storage, Halt halt) throws IOException {
        var directory = storage.getStorageDir().getCurrentDir().toPath();
        install(storage, halt, () -> syncDirectory(directory));
    }

    static void install(RaftStorage storage, Halt halt, DirectorySync sync) throws IOException {
        var durable = new DurableMetadataFile(storage.getMetadataFile(), sync, halt);
        try {
            var holder = storage.getClass().getDeclaredField("metaFile");
            holder.setAccessible(true);
            var metaFile = holder.get(storage);
            var reference = metaFile.getClass().getDeclaredField("ref");
            reference.setAccessible(true);
            @SuppressWarnings("unchecked")
            var ref = (AtomicReference<RaftStorageMetadataFile>) reference.get(metaFile);
            ref.set(durable);
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new IllegalStateException(
                    "this version of Ratis keeps its vote in another way; it cannot be made durable", e);
        }
        if (storage.getMetadataFile() != durable) {
            throw new IllegalStateException("Ratis does not use the durable vote file");
        }
        sync.run();
    }

    static void syncDirectory(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Makes the names in a directory durable. */
    interface DirectorySync {
        void run() throws IOException;
    }

    private static final class DurableMetadataFile implements RaftStorageMetadataFile {
        private final RaftStorageMetadataFile file;
        private final DirectorySync sync;
        private final Halt halt;

        DurableMetadataFile(RaftStorageMetadataFile file, DirectorySync sync, Halt halt) {
            this.file = file;
            this.sync = sync;
            this.halt = halt;
        }

        @Override
        public RaftStorageMetadata getMetadata() throws IOException {
            return file.getMetadata();
        }

        @Override
        public synchronized void persist(RaftStorageMetadata metadata) throws IOException {
            if (metadata.equals(file.getMetadata())) {
                return;
            }
            try {
                file.persist(metadata);
                sync.run();
            } catch (IOException e) {
                halt.halt(Halt.LOG_FAILED, "the vote " + metadata + " could not be made durable in " + file, e);
                throw e;
            }
        }
    }
}
