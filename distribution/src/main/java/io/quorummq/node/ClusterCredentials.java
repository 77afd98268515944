/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.core.ConfigurationException;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.CredentialBook;
import io.quorummq.core.credential.CredentialException;
import io.quorummq.core.credential.Credentials;
import io.quorummq.replication.identity.DurableFile;
import io.quorummq.replication.store.FileId;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's credentials as replicated; before the first leader has written them, those the home was made with. The home's file
 * follows, for the commands that log in by it.
 */
final class ClusterCredentials implements Credentials {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterCredentials.class);

    private final ClusterFiles files;
    private final CredentialBook book;
    private final DurableFile copy;
    private volatile @Nullable FileId read;

    /** @param copy the home's file, {@code etc/credential} */
    ClusterCredentials(ClusterFiles files, DurableFile copy) {
        this.files = files;
        this.copy = copy;
        var seed = copy.read()
                .orElseThrow(() -> new ConfigurationException(
                        "there are no credentials in " + copy + ": restore it, or copy another node's"));
        book = new CredentialBook(copy.toString(), seed);
    }

    @Override
    public Optional<Credential> find(String secretId) {
        refresh();
        return book.find(secretId);
    }

    /** All of them, as of now. */
    List<Credential> list() {
        refresh();
        return book.list();
    }

    /** What the first leader writes into the cluster's file. */
    String text() {
        refresh();
        return book.text();
    }

    /** What the text would be with one more; refuses an id that exists. */
    String with(Credential added) {
        refresh();
        return book.with(added);
    }

    /** What the text would be without one; refuses an id that does not exist. */
    String without(String secretId) {
        refresh();
        return book.without(secretId);
    }

    /** The listener gets each id that is gone, from {@link #poll}. */
    void onRemoved(Consumer<String> listener) {
        book.onRemoved(listener);
    }

    /** Looks for changes and tells what is gone. */
    void poll() {
        refresh();
        book.tellRemoved();
    }

    /** A look into a table in memory, unless the file is another one than at the last look. */
    private void refresh() {
        var now = files.version(ClusterFiles.CREDENTIALS);
        if (now.isPresent() && !now.get().equals(read)) {
            take(now.get());
        }
    }

    private synchronized void take(FileId version) {
        if (version.equals(read)) {
            return;
        }
        files.text(version).ifPresent(text -> {
            try {
                book.replaceBy(text);
                keep(text);
            } catch (CredentialException e) {
                LOG.error("Credentials as last read stay in force: {}", e.getMessage());
            }
            read = version;
        });
    }

    private void keep(String text) {
        try {
            if (!copy.read().equals(Optional.of(text))) {
                copy.write(text);
            }
        } catch (ConfigurationException e) {
            LOG.warn("The cluster's credentials are in force, but {} does not follow: {}", copy, e.getMessage());
        }
    }
}
