/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.nio.ByteBuffer;

/**
 * One change of the files. Operations address a file's id; only create and rename speak of names. Each decides first and then
 * changes, so that a refused one has changed nothing; what concerns a file already deleted does nothing.
 */
public sealed interface FileOperation {
    /** The file that is changed. */
    FileId file();

    /** Applies the operation to the files of this replica. */
    void applyTo(FileTable table);

    /** Appends the operation to an entry. */
    void encodeTo(EntryBuilder entry);

    /** A new, empty file; its id must be the table's next one, its name a free one. */
    record Create(FileId file, FileName name) implements FileOperation {
        @Override
        public void applyTo(FileTable table) {
            table.create(file, name);
        }

        @Override
        public void encodeTo(EntryBuilder entry) {
            entry.create(file, name);
        }
    }

    /** Bytes at an offset; a gap between the end of the file and the offset is zeros. The buffer's position is never moved. */
    record Write(FileId file, long offset, ByteBuffer bytes) implements FileOperation {
        @Override
        public void applyTo(FileTable table) {
            table.write(file, offset, bytes);
        }

        @Override
        public void encodeTo(EntryBuilder entry) {
            entry.write(file, offset, bytes);
        }
    }

    /** Cut to nothing, then extended with zeros that are really allocated on the disk. */
    record Fill(FileId file, long length) implements FileOperation {
        @Override
        public void applyTo(FileTable table) {
            table.fill(file, length);
        }

        @Override
        public void encodeTo(EntryBuilder entry) {
            entry.fill(file, length);
        }
    }

    /** Cut to a length, or extended to it with zeros. */
    record Truncate(FileId file, long length) implements FileOperation {
        @Override
        public void applyTo(FileTable table) {
            table.truncate(file, length);
        }

        @Override
        public void encodeTo(EntryBuilder entry) {
            entry.truncate(file, length);
        }
    }

    /** A new name; another file that has it is deleted. */
    record Rename(FileId file, FileName name) implements FileOperation {
        @Override
        public void applyTo(FileTable table) {
            table.rename(file, name);
        }

        @Override
        public void encodeTo(EntryBuilder entry) {
            entry.rename(file, name);
        }
    }

    /** The end of a file; its name is free at once, its bytes leave the disk after the next checkpoint. */
    record Delete(FileId file) implements FileOperation {
        @Override
        public void applyTo(FileTable table) {
            table.delete(file);
        }

        @Override
        public void encodeTo(EntryBuilder entry) {
            entry.delete(file);
        }
    }
}
