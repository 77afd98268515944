/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import io.quorummq.core.ConfigurationException;
import io.quorummq.core.artemis.Storage;
import io.quorummq.replication.consensus.LeaderFiles;
import java.io.File;
import java.nio.file.Path;
import java.util.UUID;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.paging.PagingStoreFactory;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.server.NodeManager;

/** The engine's files in the replicated store, for one office. */
public final class ReplicatedStorage implements Storage {
    /** Artemis' default keeps every journal file it ever made. */
    private static final int JOURNAL_POOL_FILES = 10;

    private final EndOfOffice end;
    private final UUID group;
    private final Path disk;

    /**
     * @param files the view of this office, and of no other
     * @param group the Raft group, whose id is the broker's on every node
     * @param disk an existing directory on the disk of the replicated files, whose free space decides whether senders are let in
     */
    public ReplicatedStorage(LeaderFiles files, UUID group, Path disk) {
        this.end = new EndOfOffice(files);
        this.group = group;
        this.disk = disk;
    }

    @Override
    public StorageManager storageManager(Engine engine) {
        var config = engine.server().getConfiguration();
        settle(config);
        requireSameFileSize(config.getJournalFileSize());
        var journals = new ReplicatedJournals(engine, end, disk.toFile());
        engine.server().getCriticalAnalyzer().add(journals);
        return journals;
    }

    /** What is "ok" without a commit elsewhere is not here. */
    private static void settle(Configuration config) {
        if (config.getJournalRetentionLocation() != null) {
            throw new ConfigurationException(
                    "journal-retention-directory keeps journal files past the replicated store:"
                            + " it cannot be used in a cluster");
        }
        config.setJournalSyncTransactional(true);
        config.setJournalSyncNonTransactional(true);
        if (config.getJournalPoolFiles() < 0) {
            config.setJournalPoolFiles(JOURNAL_POOL_FILES);
        }
    }

    /** Artemis would take files of another size for damaged and remove them. */
    private void requireSameFileSize(int bytes) {
        var files = end.files();
        for (var name : files.list(ReplicatedJournals.MESSAGES + "/")) {
            var length = files.find(name).map(file -> file.length()).orElse((long) bytes);
            if (name.value().endsWith(".amq") && length != bytes) {
                throw new ConfigurationException(
                        "journal-file-size is " + bytes + ", but the journal of this cluster has" + " files of "
                                + length + " bytes: set it back, on all nodes");
            }
        }
    }

    @Override
    public PagingStoreFactory pagingStoreFactory(Engine engine) {
        return new ReplicatedPages(engine, end);
    }

    @Override
    public NodeManager nodeManager(Engine engine, File directory) {
        return new FixedNode(group);
    }
}
