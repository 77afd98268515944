/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

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

    /** Where everything of this shard lives below a node's data directory. */
    public Path directory(Path data) {
        return data.resolve("shard-" + name);
    }

    /** Where this shard's Raft log lives below a node's data directory. */
    public Path raftDirectory(Path data) {
        return directory(data).resolve("raft");
    }
}
