/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.cluster.ClusterStatus.ReplicaStatus;
import io.quorummq.cluster.ClusterStatus.ShardStatus;
import io.quorummq.cluster.VerifyReport.ReplicaReport;
import io.quorummq.cluster.VerifyReport.ShardReport;
import io.quorummq.core.credential.Credential;
import io.quorummq.replication.identity.ClusterConfiguration;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.PeerRefusal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

final class ClusterClientTest {
    private static final NodeAddress OWN = new NodeAddress("127.0.0.1", 7400);
    private static final NodeAddress OTHER = new NodeAddress("127.0.0.1", 7401);
    private static final byte[] DONE = "{}".getBytes(UTF_8);

    private final ClusterDouble nodes = new ClusterDouble();
    private final ClusterClient client = new ClusterClient(cluster(), OWN, nodes);

    @Test
    void theOwnNodeIsAskedFirst() {
        nodes.at(OWN, request -> DONE).at(OTHER, request -> DONE);

        assertThat(remove()).isEqualTo(2);
        assertThat(nodes.requests()).hasSize(1);
    }

    @Test
    void anotherNodeIsAskedWhenTheOwnOneIsNotThere() {
        nodes.at(OTHER, request -> DONE);

        assertThat(remove()).isEqualTo(2);
    }

    @Test
    void anotherNodeIsAskedWhenTheOwnOneRefuses() {
        nodes.at(OWN, request -> {
                    throw new PeerRefusal("no leader is known here");
                })
                .at(OTHER, request -> DONE);

        assertThat(remove()).isEqualTo(2);
    }

    @Test
    void theFirstRefusalIsTold() {
        nodes.at(OWN, request -> {
            throw new PeerRefusal("there is no node n9");
        });

        assertThatThrownBy(this::remove)
                .hasMessage("there is no node n9")
                .asInstanceOf(InstanceOfAssertFactories.type(ClusterException.class))
                .returns(true, ClusterException::isRefusal);
    }

    @Test
    void whatMayHaveBeenDoneIsNotAskedTwice() {
        nodes.at(OWN, request -> {
                    throw new TimeoutException("no answer in 15 s");
                })
                .at(OTHER, request -> DONE);

        assertThatThrownBy(this::remove)
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("nobody can tell whether it was done");
        assertThat(nodes.requests()).hasSize(1);
        assertThat(client.<Integer>call(ClusterRequest.of(ClusterRequest.STATUS), Duration.ofSeconds(1), a -> a.length))
                .isEqualTo(2);
    }

    @Test
    void allNodesAreNamedWhenNobodyAnswers() {
        assertThatThrownBy(this::remove)
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("no node of the cluster answers")
                .hasMessageContaining("n1 (127.0.0.1:7400)")
                .hasMessageContaining("n2 (127.0.0.1:7401)");
    }

    @Test
    void anAnswerThatIsNoneIsNamed() {
        nodes.at(OWN, request -> "[]".getBytes(UTF_8));

        assertThatThrownBy(() -> client.call(
                        ClusterRequest.of(ClusterRequest.STATUS), Duration.ofSeconds(1), ClusterStatus::parse))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("n1 (127.0.0.1:7400) answered what this version does not understand");
    }

    @Test
    void everyAnswerSurvivesItsText() {
        var request = ClusterRequest.of(ClusterRequest.CREDENTIAL_ADD).with(ClusterRequest.SECRET_KEY, "\"k\\");
        assertThat(ClusterRequest.parse(request.bytes())).isEqualTo(request);
        assertThat(request).hasToString("ClusterRequest[credential-add]");

        var replica =
                new ReplicaStatus("n1", "u", "h:1", ReplicaStatus.LEADER, 5, 6, 0, ClusterStatus.UNKNOWN, null, "ok");
        var status = new ClusterStatus(
                "c",
                List.of(new ShardStatus("0", "n1", 7, List.of(replica)), new ShardStatus("1", null, 8, List.of())),
                List.of("a warning"));
        assertThat(ClusterStatus.parse(status.bytes())).isEqualTo(status);
        assertThat(new String(status.bytes(), UTF_8))
                .startsWith(
                        "{\"cluster\":\"c\",\"shards\":[{\"shard\":\"0\",\"leader\":\"n1\",\"term\":7,\"replicas\":[{"
                                + "\"id\":\"n1\"")
                .contains("\"leader\":null");

        var report = new VerifyReport(
                false,
                List.of(new ShardReport("0", 9, List.of(new ReplicaReport("n1", "ab", "damaged", List.of("f at 0"))))));
        assertThat(VerifyReport.parse(report.bytes())).isEqualTo(report);

        var admitted = new Admitted("n2", new UUID(1, 2), OTHER);
        assertThat(Admitted.parse(admitted.bytes())).isEqualTo(admitted);

        var listing = new CredentialListing(List.of(new Credential("AKIDa", "k"), new Credential("b", "\"\\")));
        assertThat(CredentialListing.parse(listing.bytes())).isEqualTo(listing);
    }

    private int remove() {
        return client.call(
                ClusterRequest.of(ClusterRequest.REMOVE).with(ClusterRequest.NODE, "n9"),
                Duration.ofSeconds(1),
                answer -> answer.length);
    }

    private static ClusterConfiguration cluster() {
        var nodes = new LinkedHashMap<String, NodeAddress>();
        nodes.put("n2", OTHER);
        nodes.put("n1", OWN);
        return new ClusterConfiguration(new UUID(1, 1), "n1", nodes);
    }
}
