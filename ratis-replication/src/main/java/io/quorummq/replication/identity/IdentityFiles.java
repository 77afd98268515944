/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import io.quorummq.core.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/** The small files of a node's data directory that say who it is. Each change is on the disk when its method returns. */
public final class IdentityFiles {
    /** What a node begins with that was not restored from a backup. */
    static final String WITH_NOTHING = "nothing";

    private static final int FORMING_VERSION = 1;
    private static final String BEGINS = "begins";
    private static final String UUID_KEY = "node.uuid";
    private static final String NONCE = "nonce";

    private final Path data;
    private final DurableFile token;
    private final DurableFile identity;
    private final DurableFile forming;
    private final DurableFile restored;

    /** The one random number by which a member is formed, so that a second try is told from a second life. */
    record Forming(UUID member, UUID nonce) {}

    public IdentityFiles(Path data) {
        this.data = data;
        token = new DurableFile(data.resolve("bootstrap.properties"));
        identity = new DurableFile(data.resolve("member.properties"));
        forming = new DurableFile(data.resolve("forming"));
        restored = new DurableFile(data.resolve("restored.properties"));
    }

    public Path data() {
        return data;
    }

    public Optional<BootstrapToken> token() {
        return token.read().map(text -> BootstrapToken.parse(token.toString(), text));
    }

    /** Replaces the one that is there. */
    public void write(BootstrapToken made) {
        token.write(made.text());
    }

    public Optional<MemberIdentity> identity() {
        return identity.read().map(text -> MemberIdentity.parse(identity.toString(), text));
    }

    /** Replaces the one that is there. */
    public void write(MemberIdentity earned) {
        identity.write(earned.text());
    }

    /** Notes that the files of a node that is not yet formed were restored from a backup whose state has this hash. */
    public void restored(String hash) {
        var values = KeyValues.ofVersion(FORMING_VERSION);
        values.put(BEGINS, hash);
        restored.write(KeyValues.text("", values));
    }

    /** The hash of the files that this node begins with, or {@value #WITH_NOTHING}. */
    String begins() {
        return restored.read()
                .map(text -> {
                    var values = KeyValues.parse(restored.toString(), text).upToVersion(FORMING_VERSION);
                    var hash = values.text(BEGINS);
                    values.end();
                    return hash;
                })
                .orElse(WITH_NOTHING);
    }

    /** Whether a replica's files lie here that nobody put aside for a new cluster. */
    boolean holdsUnknownShards() {
        return holdsShards() && !restored.exists();
    }

    /** Whether a replica's files lie here; empty directories are none. */
    public boolean holdsShards() {
        try (var shards = Files.newDirectoryStream(data, "shard-*")) {
            for (var shard : shards) {
                try (var files = Files.walk(shard)) {
                    if (files.anyMatch(Files::isRegularFile)) {
                        return true;
                    }
                }
            }
            return false;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new ConfigurationException("cannot read " + data + ": " + e, e);
        }
    }

    Path tokenPath() {
        return token.path();
    }

    Path identityPath() {
        return identity.path();
    }

    DurableFile formedMembers() {
        return new DurableFile(data.resolve("formed-members"));
    }

    Optional<Forming> forming() {
        return forming.read().map(text -> {
            var values = KeyValues.parse(forming.toString(), text).upToVersion(FORMING_VERSION);
            var begun = new Forming(values.uuid(UUID_KEY), values.uuid(NONCE));
            values.end();
            return begun;
        });
    }

    void write(Forming begun) {
        var values = KeyValues.ofVersion(FORMING_VERSION);
        values.put(UUID_KEY, begun.member().toString());
        values.put(NONCE, begun.nonce().toString());
        forming.write(KeyValues.text("", values));
    }

    /** What an identity makes superfluous. */
    void dropToken() {
        token.delete();
        forming.delete();
    }
}
