/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.core.artemis.Storage;
import io.quorummq.replication.artemis.ReplicatedFiles.Writing;
import io.quorummq.replication.consensus.LeaderFile;
import io.quorummq.replication.store.FileName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.apache.activemq.artemis.core.paging.PagingStore;
import org.apache.activemq.artemis.core.paging.impl.PagingStoreFactoryNIO;
import org.apache.activemq.artemis.core.server.files.FileStoreMonitor;
import org.apache.activemq.artemis.core.settings.HierarchicalRepository;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pages in replicated files: a directory of names for each address, with the address in a file of its own. */
final class ReplicatedPages extends PagingStoreFactoryNIO {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedPages.class);
    private static final String PAGES = "paging";

    /** When a write is tried again that found the storage manager locked. Nothing is gathered by time, as Artemis does. */
    private static final long RETRY_NANOS = 1_000_000;

    private final Storage.Engine engine;
    private final EndOfOffice end;
    private final PageAnswers answers = new PageAnswers();

    ReplicatedPages(Storage.Engine engine, EndOfOffice end) {
        super(
                engine.server().getStorageManager(),
                engine.server().getConfiguration().getPagingLocation(),
                RETRY_NANOS,
                engine.server().getScheduledPool(),
                engine.pageExecutors(),
                true,
                end,
                engine.server().getConfiguration()::isPurgePageFolders);
        this.engine = engine;
        this.end = end;
    }

    @Override
    public synchronized PagingStore newStore(SimpleString address, AddressSettings settings) {
        var executor = getExecutorFactory().getExecutor().setFair(true);
        return new ReplicatedPagingStore(engine, this, end.files(), answers, address, settings, null, executor);
    }

    @Override
    public List<PagingStore> reloadStores(HierarchicalRepository<AddressSettings> settings) throws IOException {
        var stores = new ArrayList<PagingStore>();
        for (var directory : directories()) {
            var address = addressOf(directory);
            if (address.isEmpty()) {
                LOG.warn("{}/{} are not pages: {} is missing or empty", PAGES, directory, ADDRESS_FILE);
                continue;
            }
            stores.add(new ReplicatedPagingStore(
                    engine,
                    this,
                    end.files(),
                    answers,
                    address.get(),
                    settings.getMatch(address.get().toString()),
                    newFileFactory(directory),
                    getExecutorFactory().getExecutor()));
        }
        return stores;
    }

    private Iterable<String> directories() {
        var directories = new TreeSet<String>();
        for (var name : end.files().list(PAGES + "/")) {
            directories.add(name.value().split("/", -1)[1]);
        }
        return directories;
    }

    private Optional<SimpleString> addressOf(String directory) throws IOException {
        return end.files()
                .readAll(new FileName(PAGES + "/" + directory + "/" + ADDRESS_FILE))
                .map(bytes -> UTF_8.decode(bytes).toString().strip())
                .filter(address -> !address.isEmpty())
                .map(SimpleString::of);
    }

    @Override
    public synchronized SequentialFileFactory newFileFactory(SimpleString address) throws IOException {
        var directory = newFileFactory(UUID.randomUUID().toString());
        directory.findOrCreate(ADDRESS_FILE).write(0, UTF_8.encode(address + "\n"), LeaderFile.UNHEARD);
        return directory;
    }

    @Override
    protected ReplicatedFiles newFileFactory(String directoryName) {
        return new ReplicatedFiles(
                end, PAGES + "/" + directoryName, getDirectory().getParentFile(), Writing.ESSENTIAL);
    }

    @Override
    public synchronized void removeFileFactory(SequentialFileFactory directory) throws IOException {
        ((ReplicatedFiles) directory).deleteAll();
    }

    /** The journals say which disk is to be watched. */
    @Override
    public void injectMonitor(FileStoreMonitor monitor) {}
}
