/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.replication.peer.NodeAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GroupFileTest {
    @TempDir
    Path directory;

    @Test
    void theLaterConfigurationStands() throws Exception {
        var file = new GroupFile(directory);
        assertThat(file.othersThan("a")).isEmpty();

        file.advance(configuration(5, "a", "b"));
        file.advance(configuration(9, "a", "c"));
        file.advance(configuration(7, "a", "d"));
        file.advance(ByteBuffer.allocate(0));

        assertThat(file.othersThan("a")).containsExactly(NodeAddress.of("c:7400"));
    }

    @Test
    void bytesThatAreNoConfigurationAreRefused() {
        assertThatThrownBy(() -> new GroupFile(directory).advance(ByteBuffer.wrap(new byte[] {-1, -1, -1})))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be read");
    }

    private static ByteBuffer configuration(long index, String... members) {
        var group = RaftConfigurationProto.newBuilder();
        for (var member : members) {
            group.addPeers(RaftPeerProto.newBuilder()
                    .setId(ByteString.copyFromUtf8(member))
                    .setAddress(member + ":7400"));
        }
        return ByteBuffer.wrap(LogEntryProto.newBuilder()
                .setIndex(index)
                .setConfigurationEntry(group)
                .build()
                .toByteArray());
    }
}
