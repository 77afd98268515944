/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** What the files must be, said as simply as possible: byte arrays in a map. Decides every rule a second time. */
final class ModelFiles {
    final Map<Long, ModelFile> files = new TreeMap<>();
    long nextId = 1;
    long term;
    long sequence;
    boolean closed;
    long clockMillis;

    static final class ModelFile {
        String name;
        byte[] bytes = new byte[0];
        int zeroFrom;

        ModelFile(String name) {
            this.name = name;
        }
    }

    boolean apply(long logTerm, Entry entry) {
        if (entry.term() != logTerm || entry.term() < term) {
            return false;
        }
        if (entry.term() > term) {
            term = entry.term();
            sequence = 0;
            closed = false;
        }
        if (closed || entry.sequence() <= sequence) {
            return false;
        }
        if (entry.sequence() != sequence + 1) {
            closed = true;
            return false;
        }
        sequence++;
        clockMillis = Math.max(clockMillis, entry.clockMillis());
        for (var operation : entry.operations()) {
            if (!apply(operation)) {
                closed = true;
                return false;
            }
        }
        return true;
    }

    private boolean apply(FileOperation operation) {
        long id = operation.file().value();
        var file = files.get(id);
        if (operation instanceof FileOperation.Create create) {
            if (id != nextId || byName(create.name().value()) != 0) {
                return false;
            }
            nextId++;
            files.put(id, new ModelFile(create.name().value()));
            return true;
        }
        if (id >= nextId) {
            return false;
        }
        if (file == null) {
            return true;
        }
        if (operation instanceof FileOperation.Write write) {
            int end = (int) write.offset() + write.bytes().remaining();
            file.bytes = Arrays.copyOf(file.bytes, Math.max(end, file.bytes.length));
            write.bytes()
                    .duplicate()
                    .get(file.bytes, (int) write.offset(), write.bytes().remaining());
            file.zeroFrom = Math.max(file.zeroFrom, end);
        } else if (operation instanceof FileOperation.Fill fill) {
            file.bytes = new byte[(int) fill.length()];
            file.zeroFrom = 0;
        } else if (operation instanceof FileOperation.Truncate truncate) {
            file.bytes = Arrays.copyOf(file.bytes, (int) truncate.length());
            file.zeroFrom = Math.min(file.zeroFrom, (int) truncate.length());
        } else if (operation instanceof FileOperation.Rename rename) {
            long other = byName(rename.name().value());
            if (other != 0 && other != id) {
                files.remove(other);
            }
            file.name = rename.name().value();
        } else if (operation instanceof FileOperation.Delete) {
            files.remove(id);
        }
        return true;
    }

    ModelFile file(long id) {
        return Objects.requireNonNull(files.get(id), () -> "no file " + id);
    }

    long byName(String name) {
        return files.entrySet().stream()
                .filter(entry -> entry.getValue().name.equals(name))
                .mapToLong(Map.Entry::getKey)
                .findFirst()
                .orElse(0);
    }

    /** The hash that every replica must report, computed from the bytes alone. */
    String hash(int blockBytes) {
        var images = new ArrayList<FileImage>();
        files.forEach((id, file) -> {
            var sums = new int[(file.bytes.length + blockBytes - 1) / blockBytes];
            Arrays.setAll(sums, block -> sum(file.bytes, block, blockBytes));
            images.add(new FileImage(new FileId(id), new FileName(file.name), file.bytes.length, file.zeroFrom, sums));
        });
        Fence fence = new Fence.Open(term, sequence);
        var manifest = new Manifest(
                LogPosition.START,
                -1,
                blockBytes,
                new FileId(nextId),
                closed ? fence.close() : fence,
                clockMillis,
                Collections.<String, ByteBuffer>emptySortedMap(),
                images);
        return HexFormat.of().formatHex(manifest.hash());
    }

    private static int sum(byte[] bytes, int block, int blockBytes) {
        var padded = Arrays.copyOf(
                Arrays.copyOfRange(bytes, block * blockBytes, Math.min(bytes.length, (block + 1) * blockBytes)),
                blockBytes);
        return crc(padded) ^ crc(new byte[blockBytes]);
    }

    private static int crc(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
