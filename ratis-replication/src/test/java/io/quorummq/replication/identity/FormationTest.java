/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.identity.MemberIdentity.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster begins once: what becomes of its members when a machine stops at the worst moment, or comes back without its data. */
final class FormationTest {
    @TempDir
    private Path directory;

    private Machines machines;

    @BeforeEach
    void makeBundles() {
        machines = new Machines(directory, 1);
    }

    @Test
    void eachNodeBecomesTheMemberOfItsToken() throws Exception {
        machines.allUp();

        for (var label : Machines.LABELS) {
            var identity = machines.start(label);

            assertThat(identity.member()).isEqualTo(machines.member(label));
            assertThat(identity.state()).isEqualTo(State.NEW);
            assertThat(identity.initialMembers()).containsOnlyKeys(Machines.LABELS);
            assertThat(machines.files(label).identity()).hasValue(identity);
        }
        for (var label : Machines.LABELS) {
            assertThat(names(label)).containsExactlyInAnyOrder("member.properties", "formed-members");
        }
    }

    @Test
    void aNodeWaitsUntilAllOthersAreThere() throws Exception {
        machines.up("n2");

        var identity = machines.start("n1", () -> {}, () -> machines.up("n3"));

        assertThat(identity.member()).isEqualTo(machines.member("n1"));
        assertThatThrownBy(() -> {
                    machines.network.down(machines.address("n1"));
                    machines.start("n3");
                })
                .isInstanceOf(InterruptedException.class);
        assertThat(machines.files("n3").identity()).isEmpty();
    }

    @Test
    void anIdentityIsKeptOverRestarts() throws Exception {
        machines.allUp();
        machines.files("n1").write(machines.start("n1").begun());
        machines.network.down(machines.address("n2"));

        var identity = machines.start("n1");

        assertThat(identity.state()).isEqualTo(State.MEMBER);
        assertThat(identity.state().mayBeginEmpty()).isFalse();
        assertThat(identity.initialMembers()).hasSize(3);
    }

    @Test
    void aNodeThatStoppedBeforeAnyoneHeardOfItIsFormedWithTheSameNonce() throws Exception {
        assertThatThrownBy(() -> machines.start("n1")).isInstanceOf(InterruptedException.class);
        var nonce = machines.files("n1").forming();
        assertThat(nonce).isPresent();
        machines.allUp();
        machines.network.mute(machines.address("n3"));
        assertThatThrownBy(() -> machines.start("n1")).isInstanceOf(InterruptedException.class);
        assertThat(machines.files("n1").forming()).isEqualTo(nonce);

        machines.allUp();

        assertThat(machines.start("n1").member()).isEqualTo(machines.member("n1"));
    }

    @Test
    void aNodeThatStoppedWhenSomeHadAgreedIsFormed() throws Exception {
        machines.up("n2");
        assertThatThrownBy(() -> machines.start("n1")).isInstanceOf(InterruptedException.class);
        machines.up("n3");

        assertThat(machines.start("n1").member()).isEqualTo(machines.member("n1"));
    }

    @Test
    void aTokenThatACrashLeftBesideTheIdentityGoesUnasked() throws Exception {
        machines.allUp();
        var identity = machines.start("n1");
        machines.copyBundle("n1");
        machines.files("n1").write(new IdentityFiles.Forming(identity.member(), new UUID(9, 9)));
        machines.network.down(machines.address("n2"));

        assertThat(machines.start("n1")).isEqualTo(identity);
        assertThat(names("n1")).containsExactly("member.properties");
    }

    @Test
    void aBundleCopiedOverAWipedNodeIsRefused() throws Exception {
        machines.allUp();
        for (var label : Machines.LABELS) {
            machines.start(label);
        }
        machines.wipe("n2");
        machines.copyBundle("n2");

        assertThatThrownBy(() -> machines.start("n2"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("member n2 was formed before and lost its data: quorummq cluster replace n2");
        assertThat(machines.files("n2").identity()).isEmpty();
    }

    @Test
    void aBundleStartedTwiceIsRefusedTheSecondTime() throws Exception {
        machines.allUp();
        machines.start("n2");
        var copy = new Machines(directory.resolve("copy"), 2);
        copy.network.up(
                copy.address("n1"), new FormationService(machines.cluster("n1"), machines.files("n1"), Runnable::run));
        copy.up("n3");

        assertThatThrownBy(() -> copy.start("n2")).hasMessageContaining("formed before");
    }

    @Test
    void aWipedNodeIsRefusedEvenByOnesThatAreNotFormedYet() throws Exception {
        machines.allUp();
        machines.start("n2");
        machines.wipe("n2");
        machines.copyBundle("n2");
        machines.network.down(machines.address("n3"));

        assertThatThrownBy(() -> machines.start("n2")).hasMessageContaining("formed before");
    }

    @Test
    void nodesThatReplacedTheFirstOnesDoNotVouchForTheBeginning() throws Exception {
        machines.allUp();
        machines.start("n2");
        for (var label : List.of("n1", "n3")) {
            machines.wipe(label);
            machines.files(label).write(MemberIdentity.admitted(machines.cluster(label), new UUID(5, 5)));
        }
        machines.wipe("n2");
        machines.copyBundle("n2");

        assertThatThrownBy(() -> machines.start("n2"))
                .hasMessageContaining("was not there when member n2 was formed")
                .hasMessageContaining("quorummq cluster replace n2");
    }

    @Test
    void aTokenOfOneAsksTheNodesThatCameLater() throws Exception {
        machines.wipe("n1");
        machines.files("n1").write(new BootstrapToken(Machines.CLUSTER, "n1", Map.of("n1", machines.member("n1"))));
        for (var label : List.of("n2", "n3")) {
            machines.wipe(label);
            machines.files(label).write(MemberIdentity.admitted(machines.cluster(label), new UUID(5, 5)));
            machines.up(label);
        }

        assertThatThrownBy(() -> machines.start("n1")).hasMessageContaining("was not there when member n1 was formed");
    }

    @Test
    void aClusterOfOneAsksNobody() throws Exception {
        var files = machines.files("n1");
        files.write(new BootstrapToken(Machines.CLUSTER, "n1", Map.of("n1", machines.member("n1"))));
        var alone = new ClusterConfiguration(Machines.CLUSTER, "n1", Map.of("n1", machines.address("n1")));

        var identity = new Identification(alone, files, machines.network, time -> {}, new Random(1)).identify();

        assertThat(identity.member()).isEqualTo(machines.member("n1"));
    }

    @Test
    void aWrongAddressIsNoAgreement() {
        machines.allUp();
        machines.network.up(
                machines.address("n2"),
                new FormationService(machines.cluster("n3"), machines.files("n3"), Runnable::run));

        assertThatThrownBy(() -> machines.start("n1"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("this is node n3, not n2");
        assertThat(machines.files("n1").identity()).isEmpty();
    }

    @Test
    void anotherClustersNodeIsNamed() {
        machines.allUp();
        var foreign = new ClusterConfiguration(
                new UUID(8, 8), "n2", machines.cluster("n2").nodes());
        machines.network.up(machines.address("n2"), new FormationService(foreign, machines.files("n2"), Runnable::run));

        assertThatThrownBy(() -> machines.start("n1"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("belongs to cluster " + new UUID(8, 8));
    }

    @Test
    void aTokenOfAnotherClusterOrNodeIsRefusedAndNothingChanges() {
        machines.files("n1").write(new BootstrapToken(new UUID(8, 8), "n1", Map.of("n1", new UUID(1, 1))));
        assertThatThrownBy(() -> machines.start("n1")).hasMessageContaining("is of cluster " + new UUID(8, 8));

        machines.files("n2").write(machines.files("n3").token().orElseThrow());
        assertThatThrownBy(() -> machines.start("n2")).hasMessageContaining("is for node n3");

        assertThat(names("n1")).containsExactly("bootstrap.properties");
        assertThat(names("n2")).containsExactly("bootstrap.properties");
    }

    @Test
    void dataOfAnotherClusterOrNodeAreRefused() {
        var cluster = machines.cluster("n1");
        machines.files("n1").write(new MemberIdentity(new UUID(8, 8), "n1", new UUID(1, 1), State.MEMBER, Map.of()));
        machines.files("n2")
                .write(new MemberIdentity(cluster.clusterId(), "n3", new UUID(1, 3), State.MEMBER, Map.of()));

        assertThatThrownBy(() -> machines.start("n1")).hasMessageContaining("belongs to cluster " + new UUID(8, 8));
        assertThatThrownBy(() -> machines.start("n2")).hasMessageContaining("is the data of node n3");
    }

    @Test
    void messagesWithoutAnIdentityAreNotGivenANewOne() throws Exception {
        machines.allUp();
        var files =
                Files.createDirectories(machines.data("n1").resolve("shard-0").resolve("files"));
        Files.writeString(files.resolve("1"), "a message");

        assertThatThrownBy(() -> machines.start("n1"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("member.properties is missing")
                .hasMessageContaining("quorummq cluster replace n1");
        assertThat(machines.files("n1").token()).isPresent();
    }

    @Test
    void nodesRestoredFromDifferentBackupsDoNotFormACluster() throws Exception {
        machines.allUp();
        machines.files("n1").restored("abc");

        assertThatThrownBy(() -> machines.start("n1"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("begins with the files of the backup abc")
                .hasMessageContaining("with nothing");
        assertThat(machines.files("n1").token()).isPresent();
    }

    @Test
    void nodesRestoredFromTheSameBackupFormACluster() throws Exception {
        machines.allUp();
        for (var label : List.of("n1", "n2", "n3")) {
            machines.files(label).restored("abc");
            Files.createDirectories(machines.data(label).resolve("shard-0"));
            Files.writeString(machines.data(label).resolve("shard-0").resolve("1"), "a message");
        }

        assertThat(machines.start("n1").label()).isEqualTo("n1");
    }

    private List<String> names(String label) {
        try (var files = Files.list(machines.data(label))) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
