/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.cluster.ClusterStatus;
import io.quorummq.cluster.ClusterStatus.ReplicaStatus;
import io.quorummq.cluster.ClusterStatus.ShardStatus;
import io.quorummq.cluster.VerifyReport;
import io.quorummq.cluster.VerifyReport.ReplicaReport;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The state of a cluster in lines for people. */
final class ClusterText {
    private static final List<String> HEADING =
            List.of("NODE", "ADDRESS", "ROLE", "APPLIED", "FSYNCED", "LAG ENTRIES", "LAG BYTES", "CLOCK", "STATE");
    private static final int HASH_CHARACTERS_MAX = 16;

    private ClusterText() {}

    static void print(ClusterStatus status, PrintWriter out) {
        out.println("cluster " + status.cluster());
        for (var shard : status.shards()) {
            out.println(heading(shard));
            var rows = new ArrayList<List<String>>();
            rows.add(HEADING);
            shard.replicas().forEach(replica -> rows.add(row(replica)));
            table(rows, out);
        }
        status.warnings().forEach(warning -> out.println("warning: " + warning));
    }

    static void print(VerifyReport report, PrintWriter out) {
        for (var shard : report.shards()) {
            out.println("shard " + shard.shard() + " at index " + shard.index());
            var rows = new ArrayList<List<String>>();
            rows.add(List.of("NODE", "HASH", "STATE"));
            shard.replicas().forEach(one -> rows.add(List.of(one.id(), shortened(one.hash()), one.state())));
            table(rows, out);
            for (var one : shard.replicas()) {
                damage(one, out);
            }
        }
        out.println(report.isAgreed() ? "all replicas agree" : "the replicas do not agree");
    }

    private static void damage(ReplicaReport replica, PrintWriter out) {
        replica.damage().forEach(line -> out.println("damage on " + replica.id() + ": " + line));
    }

    private static String heading(ShardStatus shard) {
        var leader = shard.leader();
        return "shard " + shard.shard() + (leader == null ? ": no leader" : ": leader " + leader) + ", term "
                + shard.term();
    }

    private static List<String> row(ReplicaStatus replica) {
        return List.of(
                replica.id(),
                replica.address(),
                replica.role(),
                number(replica.applied()),
                number(replica.fsynced()),
                number(replica.lagEntries()),
                number(replica.lagBytes()),
                ahead(replica.clockAheadSeconds()),
                replica.state());
    }

    static String number(long number) {
        return number < 0 ? "?" : String.format(Locale.ROOT, "%,d", number);
    }

    private static String ahead(@Nullable Double seconds) {
        return seconds == null ? "?" : String.format(Locale.ROOT, "%+.1f s", seconds);
    }

    private static String shortened(String hash) {
        return hash.isEmpty() ? "?" : hash.substring(0, Math.min(hash.length(), HASH_CHARACTERS_MAX));
    }

    private static void table(List<List<String>> rows, PrintWriter out) {
        int columns = rows.get(0).size();
        var widths = new int[columns];
        for (var row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (var row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i));
                line.append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            out.println("  " + line.toString().stripTrailing());
        }
    }
}
