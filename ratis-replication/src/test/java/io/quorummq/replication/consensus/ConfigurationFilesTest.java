/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.util.ProtoUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigurationFilesTest {
    private static final Member N1 = new Member(UUID.randomUUID(), "n1", "10.0.0.1", 7400);
    private static final Member N2 = new Member(UUID.randomUUID(), "rack 2", "2001:db8::1", 7401);

    @TempDir
    Path directory;

    @Test
    void theFirstMembersAreReadAsTheyWereWritten() throws Exception {
        ConfigurationFiles.writeFirst(directory, List.of(N1, N2));

        assertThat(ConfigurationFiles.first(directory)).containsExactly(N1, N2);
    }

    @Test
    void nobodyIsFirstWhereANodeIsToBeAdmitted() throws Exception {
        ConfigurationFiles.writeFirst(directory, List.of());

        assertThat(ConfigurationFiles.first(directory)).isEmpty();
    }

    @Test
    void missingOrMalformedFirstMembersAreRefused() throws Exception {
        assertThatThrownBy(() -> ConfigurationFiles.first(directory)).hasMessageContaining("first-members.properties");

        Files.writeString(directory.resolve("first-members.properties"), "member.n1=10.0.0.1:7400 n1\n");
        assertThatThrownBy(() -> ConfigurationFiles.first(directory)).hasMessageContaining("a line that is no member");
    }

    @Test
    void aConfigurationThatRatisDidNotWriteIsWritten() throws Exception {
        assertThat(ConfigurationFiles.applied(directory)).isEmpty();

        ConfigurationFiles.makeDurable(directory, configuration(7, N1, N2));
        assertThat(ConfigurationFiles.applied(directory).orElseThrow()).containsExactly(N1, N2);

        ConfigurationFiles.makeDurable(directory, configuration(3, N1));
        assertThat(ConfigurationFiles.applied(directory).orElseThrow()).containsExactly(N1, N2);
    }

    @Test
    void theLaterOfTheConfigurationsThatComeWithFilesStands() throws Exception {
        ConfigurationFiles.advance(directory, bytes(configuration(5, N1)));
        ConfigurationFiles.advance(directory, bytes(configuration(9, N1, N2)));
        ConfigurationFiles.advance(directory, bytes(configuration(7, N2)));
        ConfigurationFiles.advance(directory, ByteBuffer.allocate(0));

        assertThat(ConfigurationFiles.applied(directory).orElseThrow()).containsExactly(N1, N2);
    }

    @Test
    void bytesThatAreNoConfigurationAreRefused() {
        assertThatThrownBy(() -> ConfigurationFiles.advance(directory, ByteBuffer.wrap(new byte[] {-1, -1, -1})))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be read");
    }

    private static ByteBuffer bytes(LogEntryProto configuration) {
        return ByteBuffer.wrap(configuration.toByteArray());
    }

    private static LogEntryProto configuration(long index, Member... members) {
        return LogEntryProto.newBuilder()
                .setTerm(1)
                .setIndex(index)
                .setConfigurationEntry(RaftConfigurationProto.newBuilder()
                        .addAllPeers(ProtoUtils.toRaftPeerProtos(Members.peers(List.of(members)))))
                .build();
    }
}
