/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.consensus.RaftNode.Formation;
import io.quorummq.replication.consensus.RaftNode.Identity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a node has on disk of its part in a group, beside the state, and whether it may take part with that. */
final class GroupDirectory {
    private final Identity identity;
    private final Path raft;

    GroupDirectory(Identity identity) {
        this.identity = identity;
        raft = identity.shard().raftDirectory(identity.data());
    }

    /** All that is Ratis', and of this group only. */
    Path raft() {
        return raft;
    }

    /** Where Ratis keeps log, vote and configuration. */
    Path current() {
        return raft.resolve(identity.shard().groupId().toString()).resolve("current");
    }

    /** Refuses a directory of another cluster, and a restart without a vote. */
    void check(Formation formation) throws IOException {
        checkGroup();
        var vote = current().resolve("raft-meta");
        if (formation == Formation.RESTART && !Files.exists(vote)) {
            throw new IOException("there is no vote in " + vote + ": member "
                    + identity.self().id() + " (node "
                    + identity.self().label() + ") lost its data and must not vote under its old identity."
                    + " Admit it anew: quorummq cluster replace "
                    + identity.self().label());
        }
    }

    private void checkGroup() throws IOException {
        if (!Files.isDirectory(raft)) {
            return;
        }
        var own = identity.shard().groupId();
        try (var groups = Files.newDirectoryStream(raft)) {
            for (var group : groups) {
                if (!group.getFileName().toString().equals(own.toString())) {
                    throw new IOException(raft + " belongs to another cluster: it holds " + group.getFileName()
                            + ", this cluster's shard is " + own);
                }
            }
        }
    }

    void create() throws IOException {
        Files.createDirectories(raft);
        VoteDurability.syncDirectory(raft);
    }

    /** With whom the group was formed, written down at the first start; nobody for a node that was or will be admitted later. */
    List<Member> firstMembers(Formation formation) throws IOException {
        if (formation == Formation.FIRST_START && identity.members().isEmpty()) {
            throw new IllegalArgumentException("a group of nobody cannot be formed");
        }
        var shard = identity.shard().directory(identity.data());
        if (formation == Formation.RESTART) {
            return ConfigurationFiles.first(shard);
        }
        var wanted = formation == Formation.JOINING ? List.<Member>of() : identity.members();
        if (!ConfigurationFiles.firstKnown(shard)) {
            ConfigurationFiles.writeFirst(shard, wanted);
        }
        var first = ConfigurationFiles.first(shard);
        if (!Set.copyOf(first).equals(Set.copyOf(wanted))) {
            throw new IOException(shard + " belongs to a group that was formed with " + first + ", not with " + wanted
                    + ": a new node begins with an empty directory");
        }
        return first;
    }

    /** The members when this node last heard of a change; empty when it never did. */
    Optional<List<Member>> lastMembers() throws IOException {
        return ConfigurationFiles.applied(current());
    }

    /** The configuration that came with another replica's files is in force from now on, unless it is an older one. */
    void advance(ByteBuffer configuration) throws IOException {
        ConfigurationFiles.advance(current(), configuration);
    }
}
