/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.DamageException;
import io.quorummq.replication.store.LocalDisk;
import io.quorummq.replication.store.LogPosition;
import io.quorummq.replication.store.SnapshotImport;
import io.quorummq.replication.store.Store;
import io.quorummq.replication.store.StoreFailure;
import io.quorummq.replication.store.StoreSettings;
import io.quorummq.replication.store.TableHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts this replica's files aside while it goes on, as they are at one entry of the log.
 *
 * <p>The last checkpoint is copied as an installation copies it, from files that change meanwhile; then the log is redone over the
 * copy until it has passed all that changed, and a checkpoint of the copy ends it.
 */
public final class Backup {
    /** Where the files are in a backup. */
    static final String FILES = "files";

    private static final Logger LOG = LoggerFactory.getLogger(Backup.class);

    private final Supplier<CommittedLog> log;
    private final StoreState state;
    private final UUID cluster;
    private final String shard;
    private final InstantSource wall;

    /** @param log of the group as it is open now, see {@link RaftNode#committedLog} */
    public Backup(Supplier<CommittedLog> log, StoreState state, UUID cluster, String shard, InstantSource wall) {
        this.log = log;
        this.state = state;
        this.cluster = cluster;
        this.shard = shard;
        this.wall = wall;
    }

    /**
     * Writes a backup that holds all that was acknowledged before a verification entry. Takes as long as copying all files; what
     * is written of a backup that fails is taken away again.
     *
     * @param barrier where a {@link RaftNode#verify} that was begun with the backup has come to stand
     * @param limit how long this replica may take to apply the barrier
     * @param directory absent or empty
     * @throws IOException there is no backup, and why
     */
    public BackupNote write(LogPosition barrier, Duration limit, Path directory)
            throws IOException, InterruptedException {
        requireEmpty(directory);
        awaitApplied(barrier, limit);
        var existed = Files.exists(directory);
        Files.createDirectories(directory);
        var whole = false;
        try {
            var note = new BackupNote(cluster, shard, copy(directory.resolve(FILES), barrier.index()), wall.instant());
            note.write(directory);
            var parent = directory.toAbsolutePath().getParent();
            if (parent != null) {
                VoteDurability.syncDirectory(parent);
            }
            whole = true;
            LOG.info("Shard {}: backup of {} written to {}", shard, note.state().position(), directory);
            return note;
        } catch (DamageException | StoreFailure | IllegalStateException e) {
            throw new IOException("the backup failed: " + e.getMessage(), e);
        } finally {
            if (!whole) {
                delete(directory, existed);
            }
        }
    }

    static void requireEmpty(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (var entries = Files.newDirectoryStream(directory)) {
                if (entries.iterator().hasNext()) {
                    throw new IOException(directory + " is not empty");
                }
            }
        }
    }

    private void awaitApplied(LogPosition barrier, Duration limit) throws IOException, InterruptedException {
        try {
            var unused = state.verification(barrier.index()).get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException(
                    "this replica cannot be backed up now: " + (e.getCause() == null ? e : e.getCause()).getMessage(),
                    e);
        } catch (TimeoutException e) {
            throw new IOException(
                    "this replica is behind: it has not applied entry " + barrier.index() + " within "
                            + limit.toSeconds() + " s",
                    e);
        }
    }

    private TableHash copy(Path files, long indexMin) throws IOException {
        var source = state.store();
        var entries = log.get();
        var disk = new LocalDisk(files);
        var hold = entries.hold();
        try {
            var redoUntil = indexMin;
            // without a checkpoint the log still tells all
            if (source.checkpointed().index() >= 0) {
                redoUntil = Math.max(indexMin, copyCheckpoint(source, disk));
            }
            try (var copy = Store.open(disk, StoreSettings.DEFAULT)) {
                copy.recover(redoUntil);
                entries.redo(copy, redoUntil);
                if (!copy.applied().equals(copy.checkpointed())) {
                    var unused = copy.checkpoint().finish();
                }
                return copy.tableHash().get();
            }
        } finally {
            hold.close();
        }
    }

    private static long copyCheckpoint(Store source, LocalDisk disk) {
        try (var export = source.export()) {
            var copy = SnapshotImport.begin(disk, export.manifest(), SnapshotImport.LocalFiles.AT_REST);
            for (var block : copy.missing()) {
                copy.accept(block, export.read(block));
            }
            var redoUntil = export.redoUntil();
            copy.complete(redoUntil);
            return redoUntil;
        }
    }

    static void delete(Path directory, boolean keepItself) {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                if (!keepItself || !path.equals(directory)) {
                    Files.deleteIfExists(path);
                }
            }
        } catch (IOException e) {
            LOG.warn("What was written to {} could not be taken away", directory, e);
        }
    }
}
