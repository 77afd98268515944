/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.apache.activemq.artemis.core.paging.PagingStore;
import org.apache.activemq.artemis.core.paging.impl.PagingStoreFactoryNIO;
import org.apache.activemq.artemis.core.settings.HierarchicalRepository;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.utils.actors.ArtemisExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Artemis' own pages on the local disk, behind the engine's rules. */
final class LocalPages extends PagingStoreFactoryNIO {
    private static final Logger LOG = LoggerFactory.getLogger(LocalPages.class);

    private final Storage.Engine engine;

    LocalPages(Storage.Engine engine) {
        super(
                engine.server().getStorageManager(),
                engine.server().getConfiguration().getPagingLocation(),
                engine.server().getConfiguration().getPageSyncTimeout(),
                engine.server().getScheduledPool(),
                engine.pageExecutors(),
                engine.server().getConfiguration().isJournalSyncNonTransactional(),
                engine.onCriticalError(),
                engine.server().getConfiguration()::isPurgePageFolders);
        this.engine = engine;
    }

    @Override
    public synchronized PagingStore newStore(SimpleString address, AddressSettings settings) {
        return store(address, settings, null, getExecutorFactory().getExecutor().setFair(true));
    }

    /** What a stopped engine has left: a directory an address, whose name is in a file. */
    @Override
    public List<PagingStore> reloadStores(HierarchicalRepository<AddressSettings> settings) throws IOException {
        var stores = new ArrayList<PagingStore>();
        var directories = getDirectory().listFiles(File::isDirectory);
        if (directories == null) {
            return stores;
        }
        for (var directory : directories) {
            var address = addressOf(directory);
            if (address.isEmpty()) {
                LOG.warn("{} is not a directory of pages: its {} is missing or empty", directory, ADDRESS_FILE);
                continue;
            }
            stores.add(store(
                    address.get(),
                    settings.getMatch(address.get().toString()),
                    newFileFactory(directory.getName()),
                    getExecutorFactory().getExecutor()));
        }
        return stores;
    }

    private static Optional<SimpleString> addressOf(File directory) throws IOException {
        var file = new File(directory, ADDRESS_FILE).toPath();
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return Files.readAllLines(file, UTF_8).stream()
                .filter(line -> !line.isEmpty())
                .findFirst()
                .map(SimpleString::of);
    }

    private EnginePagingStore store(
            SimpleString address,
            AddressSettings settings,
            @Nullable SequentialFileFactory files,
            ArtemisExecutor executor) {
        return new EnginePagingStore(engine, this, address, settings, files, executor, isSyncNonTransactional());
    }
}
