/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** The demo of three nodes: a cluster of real processes, everything a node shows, a dead leader, and nothing left behind. */
public final class ClusterDemoRun {
    private final PrintWriter out;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final SecureRandom random;

    /** Tells what happens on this writer. */
    public ClusterDemoRun(PrintWriter out, InstantSource clock, LongSupplier nanoTime, SecureRandom random) {
        this.out = out;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /**
     * Throws at the first thing that does not come out right.
     *
     * @param isLogShown whether the log of the nodes goes to stderr
     */
    public void run(boolean isLogShown) throws Exception {
        var begun = nanoTime.getAsLong();
        var steps = new Steps(out, nanoTime);
        var cluster = TemporaryCluster.place(random, isLogShown, nanoTime);
        var interrupted = new Thread(() -> closeQuietly(cluster), "demo-interrupted");
        Runtime.getRuntime().addShutdownHook(interrupted);
        try (cluster) {
            steps.title("Start three nodes");
            var homes = steps.step(
                    "quorummq create --nodes 3, in " + cluster.directory() + ", on free ports of this machine",
                    cluster::create);
            var leader = steps.step("three processes start and form a cluster", () -> cluster.start(homes));
            steps.tell(leader.label() + " leads; CMQ HTTP at "
                    + cluster.access().cmq().stream().map(Object::toString).collect(Collectors.joining(", ")));
            new Demo(cluster.access(), steps, clock, nanoTime, random).run();
            new FailoverDemo(cluster, steps, clock, nanoTime, random).run(leader);
            steps.step("the nodes stop and their files are deleted", () -> {
                cluster.close();
                return true;
            });
        }
        Runtime.getRuntime().removeShutdownHook(interrupted);
        var took = Duration.ofNanos(nanoTime.getAsLong() - begun);
        out.printf("All %d steps came out right, in %.1f s.%n", steps.done(), took.toMillis() / 1000.0);
    }

    private void closeQuietly(TemporaryCluster cluster) {
        try {
            cluster.close();
        } catch (IOException e) {
            out.println("could not delete " + cluster.directory() + ": " + e);
        }
    }
}
