/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/** What a checkpoint has to make durable, and which deleted files may leave the disk after it. Safe for several threads. */
final class ChangedFiles {
    private Set<FileId> written = new LinkedHashSet<>();
    private Set<FileId> deleted = new LinkedHashSet<>();
    private boolean directory = true;

    /** Everything since the last time; nothing is remembered of it here. */
    record Change(Set<FileId> written, Set<FileId> deleted, boolean directory) {}

    synchronized void created(FileId file) {
        written.add(file);
        directory = true;
    }

    synchronized void written(FileId file) {
        written.add(file);
    }

    synchronized void deleted(FileId file) {
        written.remove(file);
        deleted.add(file);
    }

    synchronized Change take() {
        var taken = new Change(written, deleted, directory);
        written = new LinkedHashSet<>();
        deleted = new LinkedHashSet<>();
        directory = false;
        return taken;
    }

    /** The checkpoint did not happen: the next one has to do its work too. */
    synchronized void putBack(Change change) {
        written.addAll(change.written());
        written.removeAll(deleted);
        deleted.addAll(change.deleted());
        directory |= change.directory();
    }

    /** Deleted files that somebody still reads from: the next checkpoint tries again. */
    synchronized void keep(Collection<FileId> stillDeleted) {
        deleted.addAll(stillDeleted);
    }
}
