/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.credential;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The credentials of a cluster as a node knows them: one text in the form of a credential file, replaced as a whole. Thread-safe.
 */
public final class CredentialBook implements Credentials {
    private static final Logger LOG = LoggerFactory.getLogger(CredentialBook.class);

    private final String source;
    private final List<Consumer<String>> removalListeners = new CopyOnWriteArrayList<>();
    private final Set<String> removed = new LinkedHashSet<>();
    private volatile CredentialLines lines;

    /**
     * Refuses a malformed text with {@link CredentialException}.
     *
     * @param source what refusals call the text
     */
    public CredentialBook(String source, String text) {
        this.source = source;
        lines = read(text);
    }

    @Override
    public Optional<Credential> find(String secretId) {
        return Optional.ofNullable(lines.byId().get(secretId));
    }

    /** All credentials, in the order of the text. */
    public List<Credential> list() {
        return List.copyOf(lines.byId().values());
    }

    /** The text as it stands, comments included. */
    public String text() {
        return text(lines);
    }

    /** What the text would be with one more credential; refuses an id that exists. */
    public String with(Credential added) {
        return text(lines.with(added));
    }

    /** What the text would be without a credential; refuses an id that does not exist. */
    public String without(String secretId) {
        return text(lines.without(secretId));
    }

    /** Takes over another text; refuses a malformed one, and then the old one stays. */
    public synchronized void replaceBy(String text) {
        var next = read(text);
        for (var credential : lines.byId().values()) {
            if (!credential.equals(next.byId().get(credential.secretId()))) {
                removed.add(credential.secretId());
            }
        }
        lines = next;
    }

    /** The listener gets each id whose credential was removed, or whose key was changed, from {@link #tellRemoved}. */
    public void onRemoved(Consumer<String> listener) {
        removalListeners.add(listener);
    }

    /** Tells the listeners what is gone since the last call. */
    public void tellRemoved() {
        List<String> gone;
        synchronized (this) {
            gone = List.copyOf(removed);
            removed.clear();
        }
        for (var secretId : gone) {
            for (var listener : removalListeners) {
                try {
                    listener.accept(secretId);
                } catch (RuntimeException e) {
                    LOG.error("What follows the removal of credential {} failed", secretId, e);
                }
            }
        }
    }

    private CredentialLines read(String text) {
        return new CredentialLines(source, text.lines().toList());
    }

    private static String text(CredentialLines lines) {
        return String.join("\n", lines.lines()) + "\n";
    }
}
