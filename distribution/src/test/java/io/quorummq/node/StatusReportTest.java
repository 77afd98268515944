/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.cluster.ClusterRequest;
import io.quorummq.cluster.ClusterStatus;
import io.quorummq.cluster.ClusterStatus.ReplicaStatus;
import io.quorummq.replication.identity.AdmissionRecord;
import io.quorummq.replication.peer.NodeAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class StatusReportTest {
    private static final UUID CLUSTER = UUID.randomUUID();
    private static final NodeAddress N2 = new NodeAddress("127.0.0.1", 7401);
    private static final NodeAddress N3 = new NodeAddress("127.0.0.1", 7402);

    @Test
    void everyMemberSaysHowItIsAndWhoeverIsSilentIsTold() {
        var n2 = new StatusReport(CLUSTER, () -> own("n2", 90, "ok"), List::of, StatusReportTest::nobody);
        var n1 = new StatusReport(CLUSTER, () -> own("n1", 100, "ok"), List::of, (node, service, request, limit) -> {
            assertThat(service).isEqualTo(ClusterRequest.SERVICE);
            return node.equals(N2)
                    ? n2.of(ClusterRequest.parse(request))
                    : CompletableFuture.failedFuture(new IOException("connection refused"));
        });

        var status = ClusterStatus.parse(
                n1.of(ClusterRequest.of(ClusterRequest.STATUS)).join());

        var shard = status.shards().get(0);
        assertThat(shard.leader()).isEqualTo("n1");
        assertThat(shard.replicas()).extracting(ReplicaStatus::id).containsExactly("n1", "n2", "n3");
        assertThat(shard.replica("n2").orElseThrow().lagEntries()).isEqualTo(10);
        assertThat(shard.replica("n2").orElseThrow().lagBytes()).isEqualTo(10 * 500);
        assertThat(shard.replica("n1").orElseThrow().clockAheadSeconds()).isEqualTo(0.5);
        assertThat(shard.replica("n2").orElseThrow().clockAheadSeconds()).isEqualTo(-3600.25);
        assertThat(shard.replica("n3").orElseThrow().clockAheadSeconds()).isNull();
        assertThat(shard.replica("n3").orElseThrow().state()).contains("does not answer", "connection refused");
    }

    @Test
    void whoWasAdmittedAndHasNotComeIsShownAsJoining() {
        var admitted = new AdmissionRecord(
                "n4", UUID.randomUUID(), new NodeAddress("127.0.0.1", 7403), null, AdmissionRecord.State.OPEN);
        var report = new StatusReport(
                CLUSTER, () -> own("n1", 100, "ok"), () -> List.of(admitted), StatusReportTest::nobody);

        var status = ClusterStatus.parse(
                report.of(ClusterRequest.of(ClusterRequest.STATUS)).join());

        var joining = status.shards().get(0).replica("n4").orElseThrow();
        assertThat(joining.role()).isEqualTo(ReplicaStatus.JOINING);
        assertThat(joining.state()).contains("start it");
    }

    private static CompletableFuture<byte[]> nobody(NodeAddress node, String service, byte[] request, Duration limit) {
        return CompletableFuture.failedFuture(new IOException("nobody at " + node));
    }

    private static StatusReport.Own own(String label, long applied, String state) {
        var replica = new ReplicaStatus(
                label,
                UUID.randomUUID().toString(),
                "127.0.0.1:7400",
                "n1".equals(label) ? ReplicaStatus.LEADER : ReplicaStatus.FOLLOWER,
                applied,
                applied,
                ClusterStatus.UNKNOWN,
                ClusterStatus.UNKNOWN,
                "n1".equals(label) ? 0.5 : -3600.25,
                state);
        return new StatusReport.Own(
                "0",
                "n1",
                3,
                replica,
                Map.of(
                        "n2", new StatusReport.Peer(UUID.randomUUID(), N2),
                        "n3", new StatusReport.Peer(UUID.randomUUID(), N3)),
                500,
                List.of());
    }
}
