/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.identity.Admissions.Answer;
import io.quorummq.replication.identity.MemberIdentity.State;
import io.quorummq.replication.peer.NodeAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a node without its data comes back, and how it does not. */
final class AdmissionTest {
    private static final UUID ADMITTED = new UUID(6, 6);

    @TempDir
    private Path directory;

    private Machines machines;

    @BeforeEach
    void wipeOne() {
        machines = new Machines(directory, 1);
        machines.wipe("n2");
    }

    @Test
    void anAdmittedNodeTakesItsNewUuid() throws Exception {
        knows("n1", new Answer.Unknown());
        knows("n3", new Answer.Open(ADMITTED));

        var identity = machines.start("n2");

        assertThat(identity.member()).isEqualTo(ADMITTED);
        assertThat(identity.state()).isEqualTo(State.JOINING);
        assertThat(identity.state().mayBeginEmpty()).isTrue();
        assertThat(machines.files("n2").identity()).hasValue(identity);
        knows("n3", new Answer.None());
        assertThat(machines.start("n2")).isEqualTo(identity);
    }

    @Test
    void aNodeThatNobodyAdmittedIsToldTheCommand() {
        knows("n1", new Answer.None());
        knows("n3", new Answer.Unknown());

        assertThatThrownBy(() -> machines.start("n2"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("holds no identity")
                .hasMessageContaining("quorummq cluster replace n2");
        assertThat(machines.data("n2")).isEmptyDirectory();
    }

    @Test
    void aNodeWaitsWhileNobodyLeads() throws Exception {
        knows("n1", new Answer.Unknown());

        var identity = machines.start("n2", () -> {}, () -> knows("n1", new Answer.Open(ADMITTED)));

        assertThat(identity.member()).isEqualTo(ADMITTED);
    }

    @Test
    void anotherClustersLeaderAdmitsNobody() {
        var foreign = new AdmissionService(
                new UUID(8, 8), label -> CompletableFuture.completedFuture(new Answer.Open(ADMITTED)));
        machines.network.up(machines.address("n1"), foreign);

        assertThatThrownBy(() -> machines.start("n2")).isInstanceOf(InterruptedException.class);
        assertThat(machines.data("n2")).isEmptyDirectory();
    }

    @Test
    void aNodeOfAClusterOfOneHasNobodyToAsk() {
        var alone = new ClusterConfiguration(Machines.CLUSTER, "n2", Map.of("n2", machines.address("n2")));
        var identification =
                new Identification(alone, machines.files("n2"), machines.network, time -> {}, new Random(1));

        assertThatThrownBy(identification::identify)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no other node to ask")
                .hasMessageContaining("quorummq create");
    }

    @Test
    void theListSurvivesItsText() {
        var first = new AdmissionRecord(
                "n2", ADMITTED, new NodeAddress("::1", 7401), machines.member("n2"), AdmissionRecord.State.OPEN);
        var second = new AdmissionRecord(
                "n4", new UUID(4, 4), new NodeAddress("host", 7400), null, AdmissionRecord.State.DONE);
        var list = AdmissionList.EMPTY.with(first).with(second);

        assertThat(AdmissionList.parse(list.bytes())).isEqualTo(list);
        assertThat(AdmissionList.parse(new byte[0])).isEqualTo(AdmissionList.EMPTY);
        assertThat(list.open("n2")).hasValue(ADMITTED);
        assertThat(list.open("n4")).isEmpty();
    }

    @Test
    void anAdmissionThatWasTakenIsNotOpen() {
        var list = AdmissionList.EMPTY
                .with(new AdmissionRecord("n2", ADMITTED, new NodeAddress("h", 1), null, AdmissionRecord.State.OPEN))
                .with(ADMITTED, AdmissionRecord.State.TAKEN);

        assertThat(list.open("n2")).isEmpty();
        assertThat(list.of("n2"))
                .hasValueSatisfying(found -> assertThat(found.state()).isEqualTo(AdmissionRecord.State.TAKEN));
    }

    @Test
    void aListThatIsNoneIsRefused() {
        for (var text : new String[] {
            "nonsense",
            "quorummq-admissions 2\n",
            "quorummq-admissions 1\nn2 x\n",
            "quorummq-admissions 1\nn2 " + ADMITTED + " h:1 - asleep\n"
        }) {
            assertThatThrownBy(() -> AdmissionList.parse(text.getBytes(UTF_8)))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private void knows(String label, Answer answer) {
        machines.network.up(
                machines.address(label),
                new AdmissionService(
                        Machines.CLUSTER,
                        asked -> CompletableFuture.completedFuture("n2".equals(asked) ? answer : new Answer.None())));
    }
}
