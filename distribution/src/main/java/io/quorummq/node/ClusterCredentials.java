/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.CredentialBook;
import io.quorummq.core.credential.CredentialException;
import io.quorummq.core.credential.Credentials;
import io.quorummq.replication.store.FileId;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cluster's credentials as replicated; before the first leader has written them, those the home was made with. */
final class ClusterCredentials implements Credentials {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterCredentials.class);

    private final ClusterFiles files;
    private final CredentialBook book;
    private volatile @Nullable FileId read;

    /** @param seed the text that {@code etc/credential} holds */
    ClusterCredentials(ClusterFiles files, String seed) {
        this.files = files;
        book = new CredentialBook("the cluster's credentials", seed);
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
            } catch (CredentialException e) {
                LOG.error("Credentials as last read stay in force: {}", e.getMessage());
            }
            read = version;
        });
    }
}
