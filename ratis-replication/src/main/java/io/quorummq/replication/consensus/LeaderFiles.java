/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.DamageException;
import io.quorummq.replication.store.FileId;
import io.quorummq.replication.store.FileName;
import io.quorummq.replication.store.FileOperation;
import io.quorummq.replication.store.Store;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;

/**
 * The files as their only writer sees them during one office: names, ids and lengths include the operations that are still in
 * flight, so that nothing but reading bytes waits for a commit. Safe for several threads. Make one for an office, not two: each
 * predicts the ids of the files it creates.
 *
 * <p>Names change under one lock, the bytes of a file under its own; an operation is put into the log under the lock under which
 * the view changes, so that both have the same order. An operation for which the log has no room in time ends the office: to leave
 * it out would leave a hole.
 */
public final class LeaderFiles {
    /** Behind the name of a file that is about to replace another. */
    private static final String REPLACEMENT = ".new";

    private final LogWriter log;
    private final Store store;
    private final NavigableMap<FileName, LeaderFile> names = new ConcurrentSkipListMap<>();
    private FileId nextId;

    /** The view at the beginning of an office, when everything of earlier terms has been applied. */
    public LeaderFiles(Office office, Store store) {
        this(office.log(), store);
    }

    LeaderFiles(LogWriter log, Store store) {
        this.log = log;
        this.store = store;
        var table = store.table();
        nextId = table.nextId();
        table.names().forEach((name, id) -> names.put(name, new LeaderFile(this, id, name, table.length(id))));
    }

    /** The file of this name. */
    public Optional<LeaderFile> find(FileName name) {
        return Optional.ofNullable(names.get(name));
    }

    /** All names that begin so, in order. */
    public List<FileName> list(String prefix) {
        return names.keySet().stream()
                .filter(name -> name.value().startsWith(prefix))
                .toList();
    }

    /** A new, empty file. */
    public LeaderFile create(FileName name) throws IOException {
        synchronized (names) {
            if (names.containsKey(name)) {
                throw new FileAlreadyExistsException(name.value());
            }
            var file = new LeaderFile(this, nextId, name, 0);
            append(new FileOperation.Create(file.id(), name), LeaderFile.UNHEARD);
            names.put(name, file);
            nextId = nextId.next();
            return file;
        }
    }

    /** The file of this name, made if there is none. */
    public LeaderFile findOrCreate(FileName name) throws IOException {
        synchronized (names) {
            var known = names.get(name);
            return known == null ? create(name) : known;
        }
    }

    void rename(LeaderFile file, FileName name, LogCallback callback) throws IOException {
        synchronized (names) {
            file.requireLive();
            append(new FileOperation.Rename(file.id(), name), callback);
            names.remove(file.name(), file);
            var replaced = names.put(name, file);
            file.renamed(name);
            if (replaced != null && replaced != file) {
                replaced.deleted();
            }
        }
    }

    void delete(LeaderFile file) throws IOException {
        synchronized (names) {
            if (names.get(file.name()) == file) {
                append(new FileOperation.Delete(file.id()), LeaderFile.UNHEARD);
                names.remove(file.name());
                file.deleted();
            }
        }
    }

    /**
     * Writes a small file anew: it has the old bytes or the new ones, never a mixture.
     *
     * @return complete when the new bytes are committed
     */
    public CompletableFuture<Void> replace(FileName name, ByteBuffer bytes) throws IOException {
        var replaced = new CompletableFuture<Void>();
        synchronized (names) {
            var replacement = new FileName(name.value() + REPLACEMENT);
            var leftOver = names.get(replacement);
            if (leftOver != null) {
                delete(leftOver);
            }
            var file = create(replacement);
            file.write(0, bytes, LeaderFile.UNHEARD);
            rename(file, name, new LogCallback() {
                @Override
                public void committed() {
                    replaced.complete(null);
                }

                @Override
                public void failed(FencedException reason) {
                    replaced.completeExceptionally(reason);
                }
            });
        }
        return replaced;
    }

    /** All bytes of a small file; waits for those in flight. */
    public Optional<ByteBuffer> readAll(FileName name) throws IOException {
        var file = find(name);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        var bytes = ByteBuffer.allocate(Math.toIntExact(file.get().length()));
        file.get().read(0, bytes);
        return Optional.of(bytes.flip());
    }

    /** Completes when everything appended before, to any file, is committed; fails when the office is lost. */
    public CompletableFuture<Void> barrier() {
        return log.barrier();
    }

    /** As above, by a callback in the order of all operations, which therefore must not block; called in any case. */
    public void barrier(LogCallback callback) {
        log.barrier(callback);
    }

    /** Waits for the {@link #barrier()}: as long as entries are confirmed, since a log that confirms none is fenced. */
    public void sync() throws IOException {
        try {
            var unused = barrier().get();
        } catch (ExecutionException e) {
            throw new FencedException("not confirmed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a commit");
        }
    }

    /** Whether the office is over: every operation and every read is refused. */
    public boolean isFenced() {
        return log.isFenced();
    }

    /** Ends the office: for whoever finds that what it wrote cannot be completed. */
    public void fence(String reason) {
        log.fence(reason);
    }

    int operationBytesMax() {
        return log.operationBytesMax();
    }

    /** Appends what cannot be left out. */
    void append(FileOperation operation, LogCallback callback) throws FencedException {
        try {
            log.append(operation, callback);
        } catch (BacklogFullException e) {
            log.fence("an operation on file " + operation.file() + " found no room: " + e.getMessage());
            throw new FencedException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Appends what its caller can do without, after a short wait for room. */
    void offer(FileOperation operation, LogCallback callback, long waitNanosMax)
            throws FencedException, BacklogFullException {
        log.append(operation, callback, waitNanosMax);
    }

    /** Reads applied bytes; the caller has waited for them. */
    void readApplied(LeaderFile file, long offset, ByteBuffer into) throws IOException {
        requireOffice();
        try {
            store.read(file.id(), offset, into);
        } catch (DamageException e) {
            log.fence(e.getMessage() + "; another replica has to lead");
            throw new IOException(e);
        } catch (IllegalArgumentException | IllegalStateException e) {
            requireOffice();
            throw new IOException("file " + file.name() + " cannot be read: " + e.getMessage(), e);
        }
        requireOffice();
    }

    /** After the end of an office other entries change the files. */
    private void requireOffice() throws FencedException {
        if (log.isFenced()) {
            throw new FencedException("the office of term " + log.term() + " is over", null);
        }
    }
}
