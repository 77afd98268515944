/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.replication.consensus.StoreState;
import io.quorummq.replication.store.FileId;
import io.quorummq.replication.store.FileName;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The small replicated files that belong to the cluster and not to the engine, as this replica has them. */
final class ClusterFiles {
    /** Who may use the cluster. */
    static final FileName CREDENTIALS = new FileName("cluster/credential");
    /** Nodes that may join. */
    static final FileName ADMISSIONS = new FileName("cluster/admissions");
    /** What the last leader's configuration was like. */
    static final FileName CONFIGURATION = new FileName("cluster/configuration");

    private static final Logger LOG = LoggerFactory.getLogger(ClusterFiles.class);

    private final StoreState state;

    ClusterFiles(StoreState state) {
        this.state = state;
    }

    /** The identity of the bytes that a name stands for now: another one after every change. Empty while the files are not open. */
    Optional<FileId> version(FileName name) {
        try {
            var store = state.store();
            return store.redoing() ? Optional.empty() : store.table().find(name);
        } catch (IllegalStateException closed) {
            LOG.trace("{} cannot be looked up", name, closed);
            return Optional.empty();
        }
    }

    /** The whole text of a version; empty when it is gone. */
    Optional<String> text(FileId version) {
        try {
            var store = state.store();
            var bytes = ByteBuffer.allocate(Math.toIntExact(store.table().length(version)));
            store.read(version, 0, bytes);
            return Optional.of(UTF_8.decode(bytes.flip()).toString());
        } catch (IllegalStateException | IllegalArgumentException goneOrClosed) {
            LOG.debug("File {} was replaced while it was to be read", version, goneOrClosed);
            return Optional.empty();
        }
    }

    /** The text that a name stands for now. */
    Optional<String> text(FileName name) {
        return version(name).flatMap(this::text);
    }
}
