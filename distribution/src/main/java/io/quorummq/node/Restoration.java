/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.config.Home;
import io.quorummq.config.HomeLock;
import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.consensus.BackupNote;
import io.quorummq.replication.consensus.Restore;
import io.quorummq.replication.consensus.Shard;
import io.quorummq.replication.identity.ClusterConfiguration;
import io.quorummq.replication.identity.IdentityFiles;
import java.io.IOException;
import java.nio.file.Path;

/** Lets a node that was never started begin with the files of a backup. */
public final class Restoration {
    private final Home home;

    private Restoration(Home home) {
        this.home = home;
    }

    /** Of the node of this home. */
    public static Restoration of(Home home) {
        return new Restoration(home);
    }

    /**
     * Copies and checks the whole backup.
     *
     * @throws ConfigurationException the node runs or was started before, or the backup is incomplete or damaged: nothing was changed
     */
    public BackupNote from(Path backup) {
        var cluster = ClusterConfiguration.read(home.cluster());
        var identity = new IdentityFiles(home.data());
        var lock = HomeLock.of(home);
        try {
            if (identity.identity().isPresent()
                    || identity.holdsShards()
                    || identity.token().isEmpty()) {
                throw new ConfigurationException(home.data() + " is not that of a new instance: a backup is restored"
                        + " into one that 'quorummq create' has just made");
            }
            var shard = Shard.of(cluster.clusterId(), Replica.SHARD);
            var note = Restore.into(shard.filesDirectory(home.data()), backup);
            identity.restored(note.state().sha256());
            return note;
        } catch (IOException e) {
            throw new ConfigurationException("cannot restore " + backup + ": " + e.getMessage(), e);
        } finally {
            lock.close();
        }
    }
}
