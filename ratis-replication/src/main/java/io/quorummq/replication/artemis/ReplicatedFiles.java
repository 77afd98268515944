/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import io.quorummq.replication.consensus.LeaderFile;
import io.quorummq.replication.consensus.LeaderFiles;
import io.quorummq.replication.store.FileName;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.ActiveMQIOErrorException;
import org.apache.activemq.artemis.core.io.IOCriticalErrorListener;
import org.apache.activemq.artemis.core.io.SequentialFile;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.jspecify.annotations.Nullable;

/**
 * One directory of replicated files, for Artemis. It has no buffer of its own: the log gathers what many threads write.
 *
 * <p>Artemis also knows a context for each page write ({@code supportsIndividualContext}). It stays off: the write would join what
 * its sender's answer waits for only after that answer was queued, and the answer would go out before the commit.
 */
final class ReplicatedFiles implements SequentialFileFactory {
    private static final int WRITES_MAX = 500;

    private final EndOfOffice end;
    private final LeaderFiles files;
    private final String directory;
    private final File localName;
    private final Writing writing;

    /** What a write means to the rest of the engine. */
    enum Writing {
        /** A write that is left out would leave a hole: it waits for room as long as the office lasts. */
        ESSENTIAL,
        /** The bytes of one sender, who can be refused, and who hears "ok" only after a later record of the journal. */
        OF_ONE_SENDER
    }

    /** @param local under which name a file would lie on the local disk: for messages and for nothing else */
    ReplicatedFiles(EndOfOffice end, String directory, File local, Writing writing) {
        this.end = end;
        this.files = end.files();
        this.directory = directory;
        this.localName = local.toPath().resolve(directory).toFile();
        this.writing = writing;
    }

    FileName name(String file) {
        return new FileName(directory + "/" + file);
    }

    Optional<LeaderFile> find(String file) {
        return files.find(name(file));
    }

    LeaderFile findOrCreate(String file) throws IOException {
        return files.findOrCreate(name(file));
    }

    Writing writing() {
        return writing;
    }

    /** Returns when everything written before, to whatever file, is committed. */
    void sync() throws IOException {
        files.sync();
    }

    boolean isFenced() {
        return files.isFenced();
    }

    /** Deletes all files. */
    void deleteAll() throws IOException {
        for (var name : files.list(directory + "/")) {
            var file = files.find(name);
            if (file.isPresent()) {
                file.get().delete();
            }
        }
    }

    @Override
    public SequentialFile createSequentialFile(String fileName) {
        return new ReplicatedFile(this, fileName);
    }

    @Override
    public List<String> listFiles(@Nullable String extension) {
        var prefix = directory + "/";
        return files.list(prefix).stream()
                .map(name -> name.value().substring(prefix.length()))
                .filter(name -> name.indexOf('/') < 0 && (extension == null || name.endsWith("." + extension)))
                .toList();
    }

    @Override
    public @Nullable IOCriticalErrorListener getCriticalErrorListener() {
        return end;
    }

    @Override
    public boolean isSupportsCallbacks() {
        return true;
    }

    @Override
    public int getMaxIO() {
        return WRITES_MAX;
    }

    @Override
    public void onIOError(Throwable failure, @Nullable String message, @Nullable String file) {
        end.onIOException(failure, message, file);
    }

    void onIOError(IOException failure, String file) {
        onIOError(new ActiveMQIOErrorException(failure.getMessage(), failure), failure.getMessage(), file);
    }

    @Override
    public ByteBuffer newBuffer(int size) {
        return ByteBuffer.allocate(size);
    }

    @Override
    public ByteBuffer allocateDirectBuffer(int size) {
        return newBuffer(size);
    }

    @Override
    public void releaseDirectBuffer(ByteBuffer buffer) {}

    @Override
    public void releaseBuffer(ByteBuffer buffer) {}

    @Override
    public ByteBuffer wrapBuffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes);
    }

    @Override
    public void clearBuffer(ByteBuffer buffer) {
        for (int i = 0; i < buffer.limit(); i++) {
            buffer.put(i, (byte) 0);
        }
    }

    @Override
    public int getAlignment() {
        return 1;
    }

    @Override
    public SequentialFileFactory setAlignment(int alignment) {
        return this;
    }

    @Override
    public int calculateBlockSize(int bytes) {
        return bytes;
    }

    @Override
    public File getDirectory() {
        return localName;
    }

    /** There are no directories, only names. */
    @Override
    public void createDirs() {}

    @Override
    public boolean deleteFolder() {
        return true;
    }

    @Override
    public void activateBuffer(SequentialFile file) {}

    @Override
    public void deactivateBuffer() {}

    @Override
    public void flush() {}

    @Override
    public long getBufferSize() {
        return 0;
    }

    @Override
    public void start() {}

    @Override
    public void stop() {}

    @Override
    public SequentialFileFactory setDatasync(boolean enabled) {
        return this;
    }

    @Override
    public boolean isDatasync() {
        return true;
    }
}
