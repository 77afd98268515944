/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.cluster.Admitted;
import io.quorummq.cluster.ClusterClient;
import io.quorummq.cluster.ClusterException;
import io.quorummq.cluster.ClusterRequest;
import io.quorummq.cluster.ClusterStatus;
import io.quorummq.cluster.ClusterStatus.ReplicaStatus;
import io.quorummq.replication.identity.Pause;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Waits until an admitted node has what the others have and votes, and tells how far it is. */
final class CatchUp {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);

    private final ClusterClient client;
    private final Pause pause;
    private final LongSupplier nanoTime;
    private final PrintWriter out;

    CatchUp(ClusterClient client, Pause pause, LongSupplier nanoTime, PrintWriter out) {
        this.client = client;
        this.pause = pause;
        this.nanoTime = nanoTime;
        this.out = out;
    }

    /** Whether it came so far within this time. */
    boolean await(Admitted admitted, Duration limit) throws InterruptedException {
        var begun = nanoTime.getAsLong();
        var told = "";
        while (true) {
            var line = progress(admitted);
            if (line.isEmpty()) {
                out.println(admitted.node() + " has caught up");
                return true;
            }
            if (!line.equals(told)) {
                out.println(admitted.node() + ": " + line);
                out.flush();
                told = line;
            }
            if (nanoTime.getAsLong() - begun >= limit.toNanos()) {
                return false;
            }
            pause.of(PAUSE);
        }
    }

    /** Empty when there is nothing more to wait for. */
    private String progress(Admitted admitted) {
        ClusterStatus status;
        try {
            status = client.call(ClusterRequest.of(ClusterRequest.STATUS), ANSWER_MAX, ClusterStatus::parse);
        } catch (ClusterException e) {
            // the leader may be changing just now
            return "no status: " + e.getMessage();
        }
        var replicas = status.replicas(admitted.node())
                .filter(replica -> replica.uuid().equals(admitted.member().toString()))
                .toList();
        if (replicas.size() < status.shards().size() || replicas.isEmpty()) {
            return "waits to be started";
        }
        return replicas.stream()
                .filter(replica -> !replica.isUpToDate())
                .findFirst()
                .map(CatchUp::line)
                .orElse("");
    }

    private static String line(ReplicaStatus replica) {
        return replica.lagEntries() < 0
                ? replica.state()
                : replica.state() + ", " + ClusterText.number(replica.lagEntries()) + " entries behind";
    }
}
