/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.LocalDisk;
import io.quorummq.replication.store.StoreSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The real files of the nodes of a test, by their numbers. */
final class StoreStates {
    private final Path directory;
    private final Map<Integer, StoreState> states = new ConcurrentHashMap<>();

    StoreStates(Path directory) {
        this.directory = directory;
    }

    StoreState of(int node) {
        return states.computeIfAbsent(node, this::open);
    }

    Path files(int node) {
        return directory.resolve("files-" + node);
    }

    private StoreState open(int node) {
        try {
            return new StoreState(new LocalDisk(files(node)), StoreSettings.DEFAULT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
