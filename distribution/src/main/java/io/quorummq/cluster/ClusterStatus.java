/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cluster;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How the cluster is, as one node sees it; of the other replicas it knows as much as its office tells it. */
public record ClusterStatus(String cluster, List<ShardStatus> shards, List<String> warnings) {
    /** What an index or a lag is that nobody knows. */
    public static final long UNKNOWN = -1;

    /** How one shard is; leader is null when nobody leads. */
    public record ShardStatus(String shard, @Nullable String leader, long term, List<ReplicaStatus> replicas) {
        /** Copies the list. */
        public ShardStatus {
            replicas = List.copyOf(replicas);
        }

        public Optional<ReplicaStatus> replica(String label) {
            return replicas.stream().filter(one -> one.id().equals(label)).findFirst();
        }

        private Map<String, Object> members() {
            var members = new LinkedHashMap<String, Object>();
            members.put("shard", shard);
            members.put("leader", leader);
            members.put("term", term);
            members.put(
                    "replicas", replicas.stream().map(ReplicaStatus::members).toList());
            return members;
        }

        private static ShardStatus of(Json json) {
            return new ShardStatus(
                    json.text("shard"),
                    json.textOrNull("leader"),
                    json.number("term"),
                    json.objects("replicas").stream().map(ReplicaStatus::of).toList());
        }
    }

    /**
     * How one replica is.
     *
     * @param role {@value #LEADER}, {@value #FOLLOWER} or {@value #JOINING}; another word where it has no vote
     * @param applied index of the last entry that is in its files
     * @param fsynced index of the last entry that is on its disk
     * @param lagEntries how many entries of the leader it lacks
     * @param lagBytes about how many bytes these are
     * @param clockAheadSeconds how far its wall clock is ahead of the cluster's time; null where that is not known
     * @param state in words: {@value #OK}, or what is wrong or still to be done
     */
    public record ReplicaStatus(
            String id,
            String uuid,
            String address,
            String role,
            long applied,
            long fsynced,
            long lagEntries,
            long lagBytes,
            @Nullable Double clockAheadSeconds,
            String state) {
        public static final String LEADER = "leader";
        public static final String FOLLOWER = "follower";
        /** Admitted, and has no vote yet. */
        public static final String JOINING = "joining";

        public static final String OK = "ok";

        /** Under load there is always an entry on its way. */
        private static final long LAG_ENTRIES_MAX = 200;

        /** Whether it votes, and has what the others have. */
        public boolean isUpToDate() {
            return (role.equals(LEADER) || role.equals(FOLLOWER)) && lagEntries >= 0 && lagEntries <= LAG_ENTRIES_MAX;
        }

        /** The same, with what it lacks. */
        public ReplicaStatus withLag(long entries, long bytes) {
            return new ReplicaStatus(
                    id, uuid, address, role, applied, fsynced, entries, bytes, clockAheadSeconds, state);
        }

        private Map<String, Object> members() {
            var members = new LinkedHashMap<String, Object>();
            members.put("id", id);
            members.put("uuid", uuid);
            members.put("address", address);
            members.put("role", role);
            members.put("applied", applied);
            members.put("fsynced", fsynced);
            members.put("lagEntries", lagEntries);
            members.put("lagBytes", lagBytes);
            members.put("clockAheadSeconds", clockAheadSeconds);
            members.put("state", state);
            return members;
        }

        private static ReplicaStatus of(Json json) {
            return new ReplicaStatus(
                    json.text("id"),
                    json.text("uuid"),
                    json.text("address"),
                    json.text("role"),
                    json.number("applied"),
                    json.number("fsynced"),
                    json.number("lagEntries"),
                    json.number("lagBytes"),
                    json.fractionOrNull("clockAheadSeconds"),
                    json.text("state"));
        }
    }

    /** Copies the lists. */
    public ClusterStatus {
        shards = List.copyOf(shards);
        warnings = List.copyOf(warnings);
    }

    /** The replicas of this node, one for each shard. */
    public Stream<ReplicaStatus> replicas(String label) {
        return shards.stream().flatMap(shard -> shard.replica(label).stream());
    }

    /**
     * The answer in these bytes.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static ClusterStatus parse(byte[] bytes) {
        var json = Json.of(Json.parse(bytes));
        return new ClusterStatus(
                json.text("cluster"),
                json.objects("shards").stream().map(ShardStatus::of).toList(),
                json.texts("warnings"));
    }

    public byte[] bytes() {
        var members = new LinkedHashMap<String, Object>();
        members.put("cluster", cluster);
        members.put("shards", shards.stream().map(ShardStatus::members).toList());
        members.put("warnings", warnings);
        return Json.bytes(members);
    }
}
