/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.core.ConfigurationException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A small text file that is replaced as a whole: after a power cut it holds what it held before or all of the new text. Only its
 * owner may read it.
 */
public record DurableFile(Path path) {
    private static final long BYTES_MAX = 1 << 20;

    public DurableFile {
        path = path.toAbsolutePath();
    }

    /** Empty when there is no such file. */
    public Optional<String> read() {
        try {
            if (Files.size(path) > BYTES_MAX) {
                throw new ConfigurationException(path + " is larger than " + BYTES_MAX + " bytes");
            }
            return Optional.of(Files.readString(path, UTF_8));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (CharacterCodingException e) {
            throw new ConfigurationException(path + " is not text in UTF-8", e);
        } catch (IOException e) {
            throw new ConfigurationException("cannot read " + path + ": " + e, e);
        }
    }

    public boolean exists() {
        return Files.exists(path);
    }

    /** On the disk when it returns. */
    public void write(String text) {
        var temporary = path.resolveSibling("." + path.getFileName() + ".new");
        try {
            Files.deleteIfExists(temporary);
            try (var channel = FileChannel.open(
                    temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly())) {
                var bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncDirectory();
        } catch (IOException e) {
            throw new ConfigurationException("cannot write " + path + ": " + e, e);
        }
    }

    /** Gone from the disk when it returns; does nothing when there is no such file. */
    public void delete() {
        try {
            if (Files.deleteIfExists(path)) {
                syncDirectory();
            }
        } catch (IOException e) {
            throw new ConfigurationException("cannot delete " + path + ": " + e, e);
        }
    }

    private void syncDirectory() throws IOException {
        try (var channel = FileChannel.open(directory(), StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private FileAttribute<?>[] ownerOnly() {
        if (Files.getFileAttributeView(directory(), PosixFileAttributeView.class) == null) {
            return new FileAttribute<?>[0];
        }
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        };
    }

    private Path directory() {
        return Objects.requireNonNull(path.getParent(), "an absolute path of a file has a parent");
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
