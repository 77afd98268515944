/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.peer.NodeAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.raftlog.LogProtoUtils;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.apache.ratis.util.ProtoUtils;

/**
 * What the disk says about a group's members: those it was formed with, and those of the configuration applied last, or got with
 * another replica's files.
 *
 * <p>Ratis takes the first ones from its user at each start, and writes the second without an fsync of the directory, going on
 * when that fails and when the file cannot be read. A node with an old configuration could elect a leader with a majority that is
 * none any more; so both are checked here.
 */
final class ConfigurationFiles {
    private static final String FIRST = "first-members.properties";
    private static final String APPLIED = "raft-meta.conf";
    private static final String MEMBER = "member.";

    private ConfigurationFiles() {}

    /** Remembers, durably, with whom the group was formed; nobody for a node that is to be admitted by others. */
    static void writeFirst(Path shardDirectory, Collection<Member> members) throws IOException {
        var text =
                new StringBuilder("# The members this node's group was formed with; none if it was admitted later.\n");
        for (var member : members) {
            text.append(MEMBER)
                    .append(member.id())
                    .append('=')
                    .append(member.address())
                    .append(' ')
                    .append(member.label())
                    .append('\n');
        }
        var file = shardDirectory.resolve(FIRST);
        var temporary = shardDirectory.resolve(FIRST + ".tmp");
        Files.writeString(temporary, text);
        moveDurably(temporary, file);
        VoteDurability.syncDirectory(shardDirectory);
    }

    static boolean firstKnown(Path shardDirectory) {
        return Files.exists(shardDirectory.resolve(FIRST));
    }

    static List<Member> first(Path shardDirectory) throws IOException {
        var file = shardDirectory.resolve(FIRST);
        if (!Files.exists(file)) {
            throw new IOException("there is no " + file + ": this node cannot know with whom its group was formed");
        }
        var members = new ArrayList<Member>();
        for (var line : Files.readAllLines(file)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                members.add(member(file, line));
            }
        }
        return members;
    }

    private static Member member(Path file, String line) throws IOException {
        var equals = line.indexOf('=');
        var blank = line.indexOf(' ', Math.max(0, equals));
        if (!line.startsWith(MEMBER) || equals < 0 || blank < 0) {
            throw new IOException(file + " has a line that is no member: " + line);
        }
        try {
            var address = NodeAddress.of(line.substring(equals + 1, blank));
            var id = UUID.fromString(line.substring(MEMBER.length(), equals));
            return new Member(id, line.substring(blank + 1), address.host(), address.port());
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " has a line that is no member: " + line, e);
        }
    }

    /** The configuration last applied; empty before the first, an error where Ratis would silently go on without it. */
    static Optional<List<Member>> applied(Path current) throws IOException {
        var entry = entry(current);
        return entry.map(conf -> Members.members(
                ProtoUtils.toRaftPeers(conf.getConfigurationEntry().getPeersList())));
    }

    /**
     * Makes the configuration that Ratis has just written survive a power cut. Writes it where Ratis did not: when it failed, or when
     * it wrote an older one meanwhile, which it does on two threads.
     */
    static synchronized void makeDurable(Path current, LogEntryProto configuration) throws IOException {
        var written = entry(current).map(LogEntryProto::getIndex).orElse(-1L);
        if (written < configuration.getIndex()) {
            var temporary = current.resolve(APPLIED + ".durable");
            Files.write(temporary, configuration.toByteArray());
            moveDurably(temporary, current.resolve(APPLIED));
        }
        VoteDurability.syncDirectory(current);
    }

    /** The configuration as a giver of files sends it; empty while there is only the one the group was formed with. */
    static byte[] encode(RaftConfiguration configuration) {
        return configuration.getLogEntryIndex() < 0
                ? new byte[0]
                : LogProtoUtils.toLogEntryProto(configuration, null, configuration.getLogEntryIndex())
                        .toByteArray();
    }

    /**
     * Takes the configuration that came with another replica's files, durably, unless a later one is here. An installation jumps over
     * entries of the log, among which may be a change of members: a node that did not hear of it would take a majority of the
     * old group for one of the new. Only while the group is closed here.
     */
    static void advance(Path current, ByteBuffer configuration) throws IOException {
        if (!configuration.hasRemaining()) {
            return;
        }
        LogEntryProto next;
        try {
            next = LogEntryProto.parseFrom(configuration.duplicate());
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("the giver's configuration of the group cannot be read", e);
        }
        makeDurable(current, next);
    }

    private static void moveDurably(Path temporary, Path file) throws IOException {
        try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Optional<LogEntryProto> entry(Path current) throws IOException {
        var file = current.resolve(APPLIED);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (var in = Files.newInputStream(file)) {
            var entry = LogEntryProto.parseFrom(in);
            if (!entry.hasConfigurationEntry()) {
                throw new IOException(file + " is damaged: it holds no configuration");
            }
            return Optional.of(entry);
        } catch (IOException e) {
            throw new IOException("the configuration in " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
