/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.io.IOException;
import java.util.List;

/**
 * The few things the store asks of a file system, below one directory; paths are relative to it, with slashes.
 * What was written is durable only after an fsync of the file; what was created, renamed or unlinked only after an fsync of its directory.
 */
public interface Disk {
    /** Opens for reading and writing; several opens of one path see the same bytes. A missing one that may not be created is a {@link java.io.FileNotFoundException}. */
    DiskFile open(String path, boolean create) throws IOException;

    boolean exists(String path) throws IOException;

    /** Atomically; takes the place of a file already there. */
    void rename(String from, String to) throws IOException;

    /** A missing file is no error. */
    void unlink(String path) throws IOException;

    /** The names of the files and directories in a directory, in no order; none if it is missing. "" is the root. */
    List<String> list(String directory) throws IOException;

    /** Its parent must exist; an existing one is no error. */
    void makeDirectory(String directory) throws IOException;

    /** It must be empty; a missing one is no error. */
    void removeDirectory(String directory) throws IOException;

    /** Makes durable what was created, renamed and unlinked in this directory before. Never retried by the store. */
    void fsyncDirectory(String directory) throws IOException;
}
