/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigurationFilesTest {
    @TempDir
    Path directory;

    @Test
    void theLaterConfigurationStands() throws Exception {
        var first = UUID.randomUUID();
        var second = UUID.randomUUID();
        assertThat(ConfigurationFiles.applied(directory)).isEmpty();

        ConfigurationFiles.advance(directory, configuration(5, first));
        ConfigurationFiles.advance(directory, configuration(9, second));
        ConfigurationFiles.advance(directory, configuration(7, first));
        ConfigurationFiles.advance(directory, ByteBuffer.allocate(0));

        assertThat(ConfigurationFiles.applied(directory).orElseThrow())
                .containsExactly(new Member(second, "n1", "host", 7400));
        ConfigurationFiles.makeDurable(directory, 9);
    }

    @Test
    void bytesThatAreNoConfigurationAreRefused() {
        assertThatThrownBy(() -> ConfigurationFiles.advance(directory, ByteBuffer.wrap(new byte[] {-1, -1, -1})))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be read");
    }

    private static ByteBuffer configuration(long index, UUID member) {
        return ByteBuffer.wrap(LogEntryProto.newBuilder()
                .setIndex(index)
                .setConfigurationEntry(RaftConfigurationProto.newBuilder()
                        .addPeers(RaftPeerProto.newBuilder()
                                .setId(ByteString.copyFromUtf8(member.toString()))
                                .setAddress("host:7400")
                                .setAdminAddress("n1")))
                .build()
                .toByteArray());
    }
}
