/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cluster;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whether all replicas hold the same, for each shard: the hashes of their tables at one index, and what reading their files found. */
public record VerifyReport(boolean isAgreed, List<ShardReport> shards) {
    /** What one shard's replicas say at the same index of its log. */
    public record ShardReport(String shard, long index, List<ReplicaReport> replicas) {
        /** Copies the list. */
        public ShardReport {
            replicas = List.copyOf(replicas);
        }

        private Map<String, Object> members() {
            var members = new LinkedHashMap<String, Object>();
            members.put("shard", shard);
            members.put("index", index);
            members.put(
                    "replicas", replicas.stream().map(ReplicaReport::members).toList());
            return members;
        }
    }

    /**
     * What one replica says.
     *
     * @param hash of its whole table; empty when it has none
     * @param state in words: {@code ok}, or what is wrong
     * @param damage one line for each damaged place
     */
    public record ReplicaReport(String id, String hash, String state, List<String> damage) {
        /** Copies the list. */
        public ReplicaReport {
            damage = List.copyOf(damage);
        }

        private Map<String, Object> members() {
            var members = new LinkedHashMap<String, Object>();
            members.put("id", id);
            members.put("hash", hash);
            members.put("state", state);
            members.put("damage", damage);
            return members;
        }
    }

    /** Copies the list. */
    public VerifyReport {
        shards = List.copyOf(shards);
    }

    /**
     * The answer in these bytes.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static VerifyReport parse(byte[] bytes) {
        var json = Json.of(Json.parse(bytes));
        return new VerifyReport(
                json.truth("agreed"),
                json.objects("shards").stream()
                        .map(shard -> new ShardReport(
                                shard.text("shard"),
                                shard.number("index"),
                                shard.objects("replicas").stream()
                                        .map(one -> new ReplicaReport(
                                                one.text("id"),
                                                one.text("hash"),
                                                one.text("state"),
                                                one.texts("damage")))
                                        .toList()))
                        .toList());
    }

    public byte[] bytes() {
        var members = new LinkedHashMap<String, Object>();
        members.put("agreed", isAgreed);
        members.put("shards", shards.stream().map(ShardReport::members).toList());
        return Json.bytes(members);
    }
}
