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
import java.util.List;
import java.util.Optional;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.LogProtoUtils;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file beside Raft's log in which Ratis keeps the group's configuration. An installation jumps over entries of the log, among
 * which may be a change of members: a node that did not hear of it would take a majority of the old group for one of the new.
 */
final class GroupFile {
    private static final Logger LOG = LoggerFactory.getLogger(GroupFile.class);
    private static final String NAME = "raft-meta.conf";

    private final Path directory;
    private final Path file;

    /** @param directory where Ratis keeps log and vote */
    GroupFile(Path directory) {
        this.directory = directory;
        file = directory.resolve(NAME);
    }

    /** The configuration as a giver sends it; empty while there is only the one the group was formed with. */
    static byte[] encode(RaftServer.Division division) {
        var configuration = division.getRaftConf();
        return configuration.getLogEntryIndex() < 0
                ? new byte[0]
                : LogProtoUtils.toLogEntryProto(configuration, null, configuration.getLogEntryIndex())
                        .toByteArray();
    }

    /** Addresses of all members but one; empty when the file knows none. */
    List<NodeAddress> othersThan(String member) {
        return read().map(entry -> entry.getConfigurationEntry().getPeersList().stream()
                        .filter(peer -> !peer.getId().toStringUtf8().equals(member))
                        .map(peer -> NodeAddress.of(peer.getAddress()))
                        .toList())
                .orElse(List.of());
    }

    /** Makes it this configuration, durably, unless it is a later one already. Only while the group is closed here. */
    void advance(ByteBuffer configuration) throws IOException {
        if (!configuration.hasRemaining()) {
            return;
        }
        LogEntryProto next;
        try {
            next = LogEntryProto.parseFrom(configuration.duplicate());
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("the giver's configuration of the group cannot be read", e);
        }
        if (read().filter(now -> now.getIndex() >= next.getIndex()).isPresent()) {
            return;
        }
        var temporary = file.resolveSibling(NAME + ".next");
        try (var channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            var bytes = configuration.duplicate();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        VoteDurability.syncDirectory(directory);
    }

    private Optional<LogEntryProto> read() {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(LogEntryProto.parseFrom(Files.readAllBytes(file)))
                    .filter(LogEntryProto::hasConfigurationEntry);
        } catch (IOException e) {
            LOG.warn("The configuration of the group in {} cannot be read", file, e);
            return Optional.empty();
        }
    }
}
