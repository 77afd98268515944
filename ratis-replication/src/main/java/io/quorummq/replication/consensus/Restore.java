/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.DamageException;
import io.quorummq.replication.store.FormatException;
import io.quorummq.replication.store.LocalDisk;
import io.quorummq.replication.store.SnapshotImport;
import io.quorummq.replication.store.Store;
import io.quorummq.replication.store.StoreFailure;
import io.quorummq.replication.store.StoreSettings;
import io.quorummq.replication.store.StoredBackup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the files of a node of a new cluster from a backup. All nodes that form it are made from the same backup, so that they
 * begin with the same state; a node without it would have to be admitted later.
 */
public final class Restore {
    private static final Logger LOG = LoggerFactory.getLogger(Restore.class);

    private Restore() {}

    /**
     * Reads and checks the whole backup while copying it.
     *
     * @param files where the new node will open its store: absent or empty
     * @throws IOException the backup is incomplete, damaged or of a newer program, or there are files already: nothing is left
     */
    public static BackupNote into(Path files, Path backup) throws IOException {
        var note = BackupNote.read(backup);
        Backup.requireEmpty(files);
        var existed = Files.exists(files);
        var whole = false;
        try (var stored = StoredBackup.open(new LocalDisk(backup.resolve(Backup.FILES)))) {
            if (!stored.hash().equals(note.state())) {
                throw new IOException("the backup in " + backup + " is damaged: its files are of " + stored.hash()
                        + ", it should be " + note.state());
            }
            var disk = new LocalDisk(files);
            var copy = SnapshotImport.begin(disk, stored.restoredManifest(), SnapshotImport.LocalFiles.AT_REST);
            for (var block : copy.missing()) {
                copy.accept(block, stored.read(block));
            }
            copy.complete(-1);
            // lets the copy take its place
            Store.open(disk, StoreSettings.DEFAULT).close();
            whole = true;
            LOG.info("The backup of {} taken at {} was restored to {}", note.cluster(), note.taken(), files);
            return note;
        } catch (DamageException | FormatException | StoreFailure e) {
            throw new IOException("the backup in " + backup + " cannot be restored: " + e.getMessage(), e);
        } finally {
            if (!whole && Files.exists(files)) {
                Backup.delete(files, existed);
            }
        }
    }
}
