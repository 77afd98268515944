/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.peer.NodeAddress;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;

/** Members as Raft's own configuration carries them. */
final class Members {
    private Members() {}

    static RaftPeerId peerId(UUID member) {
        return RaftPeerId.valueOf(member.toString());
    }

    static UUID uuid(RaftPeerId peer) {
        return UUID.fromString(peer.toString());
    }

    /**
     * The label travels as the address for administrators, which Ratis' servers keep, replicate and never use: so labels are
     * part of the configuration in the log and cannot differ from it.
     */
    static RaftPeer peer(Member member) {
        return RaftPeer.newBuilder()
                .setId(peerId(member.id()))
                .setAddress(member.address())
                .setAdminAddress(member.label())
                .build();
    }

    static Member member(RaftPeer peer) {
        var address = NodeAddress.of(peer.getAddress());
        return new Member(uuid(peer.getId()), peer.getAdminAddress(), address.host(), address.port());
    }

    static List<RaftPeer> peers(Collection<Member> members) {
        return members.stream().map(Members::peer).toList();
    }

    /** In the order of their labels. */
    static List<Member> members(Collection<RaftPeer> peers) {
        return peers.stream()
                .map(Members::member)
                .sorted(Comparator.comparing(Member::label))
                .toList();
    }
}
