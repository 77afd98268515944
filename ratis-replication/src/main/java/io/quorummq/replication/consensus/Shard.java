/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.UUID;

/** One Raft group of a cluster: a short name for directories, threads and metrics, and the id all its members share. */
public record Shard(String name, UUID groupId) {
    public Shard {
        if (!name.matches("[0-9a-z-]{1,32}")) {
            throw new IllegalArgumentException(
                    "shard name is '" + name + "'; allowed: 1 to 32 of digits, lower-case letters and '-'");
        }
    }

    /** A shard of a cluster; its group's id follows from the cluster's. */
    public static Shard of(UUID cluster, String name) {
        return new Shard(name, UUID.nameUUIDFromBytes((cluster + "/shard/" + name).getBytes(UTF_8)));
    }

    /** Where this shard's copy of the replicated files lives below a node's data directory. */
    public Path filesDirectory(Path data) {
        return directory(data).resolve("files");
    }

    /** Where everything of this shard lives below a node's data directory. */
    public Path directory(Path data) {
        return data.resolve("shard-" + name);
    }

    /** Where this shard's Raft log lives below a node's data directory. */
    public Path raftDirectory(Path data) {
        return directory(data).resolve("raft");
    }
}
