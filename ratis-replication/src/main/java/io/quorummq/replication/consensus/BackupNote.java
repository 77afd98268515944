/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.LogPosition;
import io.quorummq.replication.store.TableHash;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;

/** What a backup says about itself, in {@code backup.properties}; written last, so that a backup with it is whole. */
public record BackupNote(UUID cluster, String shard, TableHash state, Instant taken) {
    /** The name of the file. */
    public static final String FILE = "backup.properties";

    static final int FORMAT = 1;

    private static final String CHECK = "check=";

    void write(Path directory) throws IOException {
        var text = String.join(
                        "\n",
                        "format=" + FORMAT,
                        "cluster=" + cluster,
                        "shard=" + shard,
                        "term=" + state.position().term(),
                        "index=" + state.position().index(),
                        "hash=" + state.sha256(),
                        "taken=" + taken)
                + "\n";
        var temporary = directory.resolve(FILE + ".tmp");
        Files.writeString(temporary, text + CHECK + sha256(text) + "\n");
        try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(temporary, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        VoteDurability.syncDirectory(directory);
    }

    /** @throws IOException the directory holds no whole backup that this program can read, and why */
    static BackupNote read(Path directory) throws IOException {
        var file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            throw new IOException(directory + " holds no backup, or one that was not finished: there is no " + FILE);
        }
        var text = Files.readString(file);
        var check = text.indexOf(CHECK);
        if (check < 0 || !text.substring(check).strip().equals(CHECK + sha256(text.substring(0, check)))) {
            throw new IOException(file + " is damaged: its checksum does not match");
        }
        var values = new HashMap<String, String>();
        text.substring(0, check).lines().forEach(line -> {
            var equals = line.indexOf('=');
            values.put(line.substring(0, Math.max(0, equals)), line.substring(equals + 1));
        });
        var format = value(values, "format", file);
        if (!format.equals(String.valueOf(FORMAT))) {
            throw new IOException(
                    file + " has format " + format + ", this program knows format " + FORMAT + ": use a newer program");
        }
        try {
            var position = new LogPosition(
                    Long.parseLong(value(values, "term", file)), Long.parseLong(value(values, "index", file)));
            return new BackupNote(
                    UUID.fromString(value(values, "cluster", file)),
                    value(values, "shard", file),
                    new TableHash(position, value(values, "hash", file)),
                    Instant.parse(value(values, "taken", file)));
        } catch (RuntimeException e) {
            throw new IOException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static String value(Map<String, String> values, String key, Path file) throws IOException {
        var value = values.get(key);
        if (value == null) {
            throw new IOException(file + " has no " + key);
        }
        return value;
    }

    private static String sha256(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
