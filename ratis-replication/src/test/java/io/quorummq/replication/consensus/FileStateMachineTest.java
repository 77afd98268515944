/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.protocol.TermIndex;
import org.junit.jupiter.api.Test;

final class FileStateMachineTest {
    private final List<String> halts = new ArrayList<>();
    private final List<String> office = new ArrayList<>();
    private final ClientId writer = ClientId.randomId();
    private final MemoryState state = new MemoryState();
    private final FileStateMachine machine = machine(LogTail.Extent.EMPTY);

    @Test
    void aLogThatCannotBeWrittenHaltsTheProcess() {
        machine.notifyLogFailed(
                new IOException("No space left on device"),
                LogEntryProto.newBuilder().setTerm(2).setIndex(17).build());

        assertThat(halts).hasSize(1);
        assertThat(halts.get(0)).startsWith(Halt.LOG_FAILED + " ").contains("index 17", "No space left on device");
    }

    @Test
    void aGroupThatRatisClosesByItselfIsTold() throws Exception {
        machine.close();
        machine.notifyServerShutdown(RoleInfoProto.getDefaultInstance(), false);

        assertThat(office).containsExactly("closed by Ratis", "not a member");
    }

    @Test
    void aGroupThatIsClosedOnPurposeHaltsNothing() throws Exception {
        machine.expectClose();
        machine.close();
        machine.notifyServerShutdown(RoleInfoProto.getDefaultInstance(), true);

        assertThat(halts).isEmpty();
        assertThat(office).isEmpty();
    }

    @Test
    void beingReadyIsToldWithTheTermOfTheEntryThatBeganIt() {
        machine.notifyConfigurationChanged(5, 100, RaftConfigurationProto.getDefaultInstance());
        machine.notifyLeaderReady();
        machine.notifyNotLeader(List.of());

        assertThat(office).containsExactly("ready 5", "lost 6");
    }

    @Test
    void aNodeTooFarBehindSaysSoAndStaysWithoutBeingAskedForEver() {
        var asked =
                machine.notifyInstallSnapshotFromLeader(RoleInfoProto.getDefaultInstance(), TermIndex.valueOf(3, 500));

        assertThat(asked).isNotDone();
        assertThat(machine.installationAsked()).isEqualTo(500);
    }

    @Test
    void aNodeThatIsAskedToInstallWhatTheLogHoldsGoesOnWithTheLog() {
        var asked =
                machine.notifyInstallSnapshotFromLeader(RoleInfoProto.getDefaultInstance(), TermIndex.valueOf(0, 0));

        assertThat(asked).isCompletedWithValue(null);
        assertThat(machine.installationAsked()).isEqualTo(-1);
    }

    @Test
    void onlyTheNodesOwnWriterWrites() throws Exception {
        assertThat(machine.startTransaction(request(writer)).getException()).isNull();
        assertThat(machine.startTransaction(request(ClientId.randomId())).getException())
                .hasMessageContaining("takes no entries from client");
    }

    @Test
    void aLogThatBeginsBehindTheCheckpointIsRefused() {
        var gapped = machine(new LogTail.Extent(10, 20, OptionalLong.empty()));

        assertThatThrownBy(gapped::load)
                .isInstanceOfSatisfying(
                        MissingEntriesException.class,
                        e -> assertThat(e.indexWanted()).isEqualTo(9))
                .hasMessageContaining("the log begins at entry 10, but the last checkpoint ends at -1");
    }

    private FileStateMachine machine(LogTail.Extent log) {
        return new FileStateMachine(
                "0",
                state,
                new ClusterClock(InstantSource.system(), System::nanoTime),
                (code, reason, cause) -> halts.add(code + " " + reason),
                new FileStateMachine.RaftEvents(
                        term -> office.add("ready " + term),
                        term -> office.add("lost " + term),
                        () -> {},
                        () -> office.add("closed by Ratis"),
                        () -> office.add("not a member"),
                        () -> 6,
                        () -> 0,
                        writer),
                log);
    }

    private static RaftClientRequest request(ClientId client) {
        return RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(RaftPeerId.valueOf("n1"))
                .setGroupId(RaftGroupId.valueOf(new UUID(1, 1)))
                .setCallId(1)
                .setMessage(Message.valueOf("x"))
                .setType(RaftClientRequest.writeRequestType())
                .build();
    }
}
