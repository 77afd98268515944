/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The live files by name and by id. Changed by the apply thread alone, looked into by all. */
public final class FileTable {
    private final DataFiles data;
    private final BlockSums blockSums;
    private final ChangedFiles changed;
    private final Map<FileId, StoredFile> files = new ConcurrentHashMap<>();
    private final NavigableMap<FileName, StoredFile> names = new ConcurrentSkipListMap<>();
    private volatile FileId nextId;
    private boolean redo = true;

    FileTable(FileId nextId, List<FileImage> images, DataFiles data, BlockSums blockSums, ChangedFiles changed) {
        this.nextId = nextId;
        this.data = data;
        this.blockSums = blockSums;
        this.changed = changed;
        images.forEach(image -> put(new StoredFile(image, data, blockSums)));
    }

    /** The id that the next created file must have. */
    public FileId nextId() {
        return nextId;
    }

    /** The id of the file with a name. */
    public Optional<FileId> find(FileName name) {
        return Optional.ofNullable(names.get(name)).map(StoredFile::id);
    }

    /** Its length as applied. */
    public long length(FileId file) {
        return live(file).length();
    }

    /** All names, in order, with their ids: a view of the moment. */
    public Map<FileName, FileId> names() {
        var view = new TreeMap<FileName, FileId>();
        names.forEach((name, file) -> view.put(name, file.id()));
        return view;
    }

    StoredFile live(FileId file) {
        var found = files.get(file);
        if (found == null) {
            throw new IllegalArgumentException("no file has the id " + file);
        }
        return found;
    }

    Optional<StoredFile> ifLive(FileId file) {
        return Optional.ofNullable(files.get(file));
    }

    boolean has(FileId file) {
        return files.containsKey(file);
    }

    void create(FileId file, FileName name) {
        if (!file.equals(nextId)) {
            throw new InvalidOperation("create of " + name + " with id " + file + ", the next id is " + nextId);
        }
        if (names.containsKey(name)) {
            throw new InvalidOperation(
                    "create of " + name + ", which file " + names.get(name).id() + " has");
        }
        data.create(file);
        changed.created(file);
        put(new StoredFile(new FileImage(file, name, 0, 0, new int[0]), data, blockSums));
        nextId = file.next();
    }

    void write(FileId file, long offset, ByteBuffer bytes) {
        var target = target(file, offset, offset + bytes.remaining());
        if (target != null && bytes.hasRemaining()) {
            changed.written(file);
            target.write(offset, bytes, redo);
        }
    }

    void fill(FileId file, long length) {
        var target = target(file, length, length);
        if (target != null) {
            changed.written(file);
            target.fill(length);
        }
    }

    void truncate(FileId file, long length) {
        var target = target(file, length, length);
        if (target != null) {
            changed.written(file);
            target.truncate(length, redo);
        }
    }

    void rename(FileId file, FileName name) {
        var target = target(file, 0, 0);
        if (target == null || target.name().equals(name)) {
            return;
        }
        var replaced = names.get(name);
        names.put(name, target);
        names.remove(target.name());
        target.rename(name);
        if (replaced != null) {
            bury(replaced);
        }
    }

    void delete(FileId file) {
        var target = target(file, 0, 0);
        if (target != null) {
            names.remove(target.name());
            bury(target);
        }
    }

    /** From now on the table describes what is on the disk. */
    void redoPassed() {
        files.values().forEach(StoredFile::redoPassed);
        redo = false;
    }

    /** All files in the order of their ids, each copied only if it changed since the last time. */
    List<FileImage> images() {
        var images = new ArrayList<FileImage>(files.size());
        files.values().forEach(file -> images.add(file.image()));
        images.sort((a, b) -> a.id().compareTo(b.id()));
        return images;
    }

    /** The live files in the order of their ids. */
    List<FileId> ids() {
        return files.keySet().stream().sorted().toList();
    }

    private void put(StoredFile file) {
        files.put(file.id(), file);
        names.put(file.name(), file);
    }

    private void bury(StoredFile file) {
        file.delete();
        files.remove(file.id());
        changed.deleted(file.id());
    }

    private @Nullable StoredFile target(FileId file, long from, long to) {
        if (file.compareTo(nextId) >= 0) {
            throw new InvalidOperation("file " + file + " was never created, the next id is " + nextId);
        }
        if (from < 0 || to < from || to > StoredFile.LENGTH_MAX) {
            throw new InvalidOperation(
                    "bytes " + from + " to " + to + " of file " + file + ": allowed are 0 to " + StoredFile.LENGTH_MAX);
        }
        return files.get(file);
    }
}
