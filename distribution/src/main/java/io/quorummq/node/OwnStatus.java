/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.cluster.ClusterStatus;
import io.quorummq.cluster.ClusterStatus.ReplicaStatus;
import io.quorummq.config.BrokerBehaviour;
import io.quorummq.replication.consensus.Member;
import io.quorummq.replication.consensus.RaftNode;
import io.quorummq.replication.peer.NodeAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What this node can say of itself, in every state it can be in. */
final class OwnStatus implements Supplier<StatusReport.Own> {
    private final String shard;
    private final String label;
    private final NodeAddress address;
    private final Supplier<Optional<UUID>> self;
    private final Supplier<Optional<RaftNode>> raft;
    private final Supplier<Map<String, NodeAddress>> configured;
    private final ClusterFiles files;
    private final LeaderDuties duties;
    private final Supplier<List<String>> troubles;
    private final ClockWatch clock;

    /**
     * @param raft this node's part in the group, once it is open
     * @param configured where the other nodes are by the configuration, for while the group cannot be asked
     * @param troubles what is wrong with this node, in words; empty when nothing is
     */
    OwnStatus(
            String shard,
            String label,
            NodeAddress address,
            Supplier<Optional<UUID>> self,
            Supplier<Optional<RaftNode>> raft,
            Supplier<Map<String, NodeAddress>> configured,
            ClusterFiles files,
            LeaderDuties duties,
            Supplier<List<String>> troubles,
            ClockWatch clock) {
        this.shard = shard;
        this.label = label;
        this.address = address;
        this.self = self;
        this.raft = raft;
        this.configured = configured;
        this.files = files;
        this.duties = duties;
        this.troubles = troubles;
        this.clock = clock;
    }

    @Override
    public StatusReport.Own get() {
        var node = raft.get().filter(RaftNode::isOpen);
        var uuid = self.get().map(UUID::toString).orElse("");
        if (node.isEmpty()) {
            var state = troubles.get().isEmpty() ? "starting" : String.join("; ", troubles.get());
            return new StatusReport.Own(
                    shard, null, 0, replica(uuid, "none", null, state), withoutGroup(), 0, List.of());
        }
        var members = node.get().membership().members();
        var status = node.get().status();
        var leader = members.stream()
                .filter(member -> member.id().equals(status.leader()))
                .map(Member::label)
                .findFirst();
        var figures = node.get().figures();
        var entryBytes = figures.entriesApplied() == 0 ? 0 : figures.bytesApplied() / figures.entriesApplied();
        return new StatusReport.Own(
                shard,
                leader.orElse(null),
                status.term(),
                replica(uuid, role(node.get(), status), status, state(node.get(), leader)),
                others(members),
                entryBytes,
                warnings());
    }

    private String role(RaftNode node, RaftNode.Status status) {
        return switch (node.part()) {
            case JOINING -> ReplicaStatus.JOINING;
            case CLOSED -> "none";
            case REMOVED -> "removed";
            case MEMBER -> status.leads() ? ReplicaStatus.LEADER : ReplicaStatus.FOLLOWER;
        };
    }

    private String state(RaftNode node, Optional<String> leader) {
        var words = new ArrayList<>(troubles.get());
        if (node.isInstalling()) {
            words.add("takes files from another node");
        }
        if (leader.isEmpty() && node.part() == RaftNode.Part.JOINING) {
            words.add("waits to be admitted");
        } else if (leader.isEmpty()) {
            words.add("knows no leader: a majority of the nodes is missing, or an election is under way");
        }
        return words.isEmpty() ? ReplicaStatus.OK : String.join("; ", words);
    }

    private ReplicaStatus replica(String uuid, String role, RaftNode.@Nullable Status status, String state) {
        return new ReplicaStatus(
                label,
                uuid,
                address.toString(),
                role,
                status == null ? ClusterStatus.UNKNOWN : status.appliedIndex(),
                status == null ? ClusterStatus.UNKNOWN : status.fsyncedIndex(),
                ClusterStatus.UNKNOWN,
                ClusterStatus.UNKNOWN,
                clock.aheadSeconds(),
                state);
    }

    private List<String> warnings() {
        var last = files.text(ClusterFiles.CONFIGURATION).map(BrokerBehaviour.LastLeader::of);
        return Stream.of(duties.difference(last), clock.trouble())
                .flatMap(Optional::stream)
                .toList();
    }

    private Map<String, StatusReport.Peer> others(List<Member> members) {
        var others = new LinkedHashMap<String, StatusReport.Peer>();
        for (var member : members) {
            if (!member.label().equals(label)) {
                others.put(
                        member.label(),
                        new StatusReport.Peer(member.id(), new NodeAddress(member.host(), member.port())));
            }
        }
        return others;
    }

    private Map<String, StatusReport.Peer> withoutGroup() {
        var others = new LinkedHashMap<String, StatusReport.Peer>();
        configured.get().forEach((name, where) -> others.put(name, new StatusReport.Peer(new UUID(0, 0), where)));
        return others;
    }
}
