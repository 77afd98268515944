/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.credential;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The credentials in one small file that only its owner may read, one {@code secretId secretKey} a line.
 *
 * <p>Look-ups notice a change by another process within {@value #LOOK_MILLIS} ms, without a thread of their own. A file
 * that is broken or gone while the node runs leaves the last good content in force and is reported once. Changes are
 * atomic and durable when the call returns, and exclude each other across processes.
 */
public final class CredentialFile implements Credentials {
    private static final Logger LOG = LoggerFactory.getLogger(CredentialFile.class);
    private static final int LOOK_MILLIS = 10;
    private static final long LOOK_NANOS = Duration.ofMillis(LOOK_MILLIS).toNanos();
    private static final long FILE_BYTES_MAX = 8L << 20;
    private static final String HEADER =
            "# QuorumMQ credentials: secretId secretKey, one a line. Changed by \"quorummq credential\".";

    private final Path file;
    private final LongSupplier nanoTime;
    private final List<Consumer<String>> removalListeners = new CopyOnWriteArrayList<>();
    private final AtomicLong lookAgainAt = new AtomicLong();
    private volatile Content content;
    private final Set<String> removed = new LinkedHashSet<>();

    private CredentialFile(Path file, LongSupplier nanoTime) {
        this.file = file;
        this.nanoTime = nanoTime;
        this.content = Content.read(file);
        lookAgainAt.set(nanoTime.getAsLong() + LOOK_NANOS);
        warnIfOthersCanRead();
    }

    /**
     * Reads the file; refuses with {@link CredentialException} one that is missing or malformed.
     *
     * @param nanoTime a monotonic clock, {@code System::nanoTime} outside tests
     */
    public static CredentialFile open(Path file, LongSupplier nanoTime) {
        return new CredentialFile(file.toAbsolutePath(), nanoTime);
    }

    /** Makes the file with one credential and reads it; refuses when it exists. */
    public static CredentialFile create(Path file, Credential first, LongSupplier nanoTime) {
        var path = file.toAbsolutePath();
        try {
            write(path, List.of(HEADER, first.secretId() + " " + first.secretKey()), StandardOpenOption.CREATE_NEW);
            syncDirectory(path);
        } catch (FileAlreadyExistsException e) {
            throw new CredentialException("credential file " + path + " exists already", e);
        } catch (IOException e) {
            throw new CredentialException("cannot write credential file " + path + ": " + e, e);
        }
        return open(path, nanoTime);
    }

    @Override
    public Optional<Credential> find(String secretId) {
        var due = lookAgainAt.get();
        var now = nanoTime.getAsLong();
        if (now - due >= 0 && lookAgainAt.compareAndSet(due, now + LOOK_NANOS)) {
            look();
        }
        return Optional.ofNullable(content.lines.byId().get(secretId));
    }

    /** All credentials in the order of the file, read now. */
    public List<Credential> list() {
        look();
        return List.copyOf(content.lines.byId().values());
    }

    /** Refuses an id that exists. */
    public void add(Credential added) {
        change(lines -> lines.with(added));
    }

    /** Refuses an id that does not exist. */
    public void remove(String secretId) {
        change(lines -> lines.without(secretId));
    }

    /** The listener gets each id whose credential was removed, or whose key was changed, from {@link #poll}. */
    public void onRemoved(Consumer<String> listener) {
        removalListeners.add(listener);
    }

    /** Looks at the file now and tells the listeners what is gone since the last call; meant for a timer. */
    public synchronized void poll() {
        look();
        var gone = List.copyOf(removed);
        removed.clear();
        gone.forEach(this::tellRemoved);
    }

    private void tellRemoved(String secretId) {
        for (var listener : removalListeners) {
            try {
                listener.accept(secretId);
            } catch (RuntimeException e) {
                LOG.error("What follows the removal of credential {} failed", secretId, e);
            }
        }
    }

    /** Takes over the file's content if the file is another one than at the last look. */
    private synchronized void look() {
        var stamp = Stamp.of(file);
        if (stamp.equals(content.stamp)) {
            return;
        }
        try {
            replaceBy(Content.read(file));
            LOG.info(
                    "Credentials read again from {}: {} of them",
                    file,
                    content.lines.byId().size());
        } catch (CredentialException e) {
            content = new Content(stamp, content.lines);
            LOG.error("Credentials as last read stay in force until the file is mended: {}", e.getMessage());
        }
    }

    /** Whoever looks first notes what is gone, so that it is told even if it came and went between two polls. */
    private void replaceBy(Content next) {
        for (var credential : content.lines.byId().values()) {
            if (!credential.equals(next.lines.byId().get(credential.secretId()))) {
                removed.add(credential.secretId());
            }
        }
        content = next;
    }

    private synchronized void change(UnaryOperator<CredentialLines> operation) {
        try (var lockChannel = FileChannel.open(sibling(file, ".lock"), createOrWrite(), ownerOnly(file));
                var lock = lockChannel.lock()) {
            var target = file.toRealPath();
            var changed = operation.apply(Content.read(file).lines);
            var temporary = sibling(target, ".tmp");
            Files.deleteIfExists(temporary);
            write(temporary, changed.lines(), StandardOpenOption.CREATE_NEW);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncDirectory(target);
            replaceBy(Content.read(file));
            LOG.debug("Credential file changed under {}", lock);
        } catch (OverlappingFileLockException e) {
            throw new CredentialException("credential file " + file + " is being changed already; try again", e);
        } catch (IOException e) {
            throw new CredentialException("cannot change credential file " + file + ": " + e, e);
        }
    }

    private void warnIfOthersCanRead() {
        try {
            if (hasPosixPermissions(file)) {
                var permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                if (!permissions.endsWith("------")) {
                    LOG.warn("Others than the owner have access to {} ({}): chmod 600 it", file, permissions);
                }
            }
        } catch (IOException e) {
            LOG.warn("Cannot tell who has access to {}: {}", file, e.toString());
        }
    }

    private static void write(Path path, List<String> lines, OpenOption how) throws IOException {
        var bytes = ByteBuffer.wrap((String.join("\n", lines) + "\n").getBytes(UTF_8));
        try (var channel = FileChannel.open(path, Set.of(how, StandardOpenOption.WRITE), ownerOnly(path))) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private static void syncDirectory(Path path) throws IOException {
        try (var directory = FileChannel.open(directoryOf(path), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private static Set<OpenOption> createOrWrite() {
        return Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static FileAttribute<?>[] ownerOnly(Path path) {
        return hasPosixPermissions(path)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean hasPosixPermissions(Path path) {
        return Files.getFileAttributeView(directoryOf(path), PosixFileAttributeView.class) != null;
    }

    private static Path sibling(Path path, String suffix) {
        return directoryOf(path).resolve(path.getFileName() + suffix);
    }

    private static Path directoryOf(Path path) {
        var directory = path.getParent();
        if (directory == null) {
            throw new CredentialException("credential file " + path + " is not a file in a directory");
        }
        return directory;
    }

    /** What the file held when it looked like this. */
    private record Content(Stamp stamp, CredentialLines lines) {
        static Content read(Path file) {
            // the stamp first: a file replaced meanwhile is then read once more, not missed
            var stamp = Stamp.of(file);
            try {
                if (stamp.size > FILE_BYTES_MAX) {
                    throw new CredentialException(
                            "credential file " + file + " is larger than " + FILE_BYTES_MAX + " bytes");
                }
                return new Content(stamp, new CredentialLines(file.toString(), Files.readAllLines(file, UTF_8)));
            } catch (NoSuchFileException e) {
                throw new CredentialException("credential file " + file + " does not exist", e);
            } catch (CharacterCodingException e) {
                throw new CredentialException("credential file " + file + " is not text in UTF-8", e);
            } catch (IOException e) {
                throw new CredentialException("cannot read credential file " + file + ": " + e, e);
            }
        }
    }

    /** What tells one state of the file from another without reading it. */
    private record Stamp(
            @Nullable FileTime modified,
            long size,
            @Nullable Object inode) {
        static Stamp of(Path file) {
            try {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
            } catch (IOException e) {
                // whoever reads the file next gets the reason
                return new Stamp(null, -1, null);
            }
        }
    }
}
