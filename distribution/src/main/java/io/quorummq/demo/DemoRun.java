/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.demo;

import io.quorummq.config.Home;
import io.quorummq.core.credential.Credential;
import io.quorummq.node.Node;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;

/** The demo of one node: a node of its own in this process, every step on it, and nothing left behind. */
public final class DemoRun {
    private final PrintWriter out;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final SecureRandom random;

    /** Tells what happens on this writer. */
    public DemoRun(PrintWriter out, InstantSource clock, LongSupplier nanoTime, SecureRandom random) {
        this.out = out;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /**
     * Throws at the first thing that does not come out right.
     *
     * @param beforeLogging is given the node's home before anything logs
     */
    public void run(Consumer<Home> beforeLogging) throws Exception {
        var begun = nanoTime.getAsLong();
        var steps = new Steps(out, nanoTime);
        var temporary = TemporaryNode.make(random, beforeLogging);
        var interrupted = new Thread(() -> closeQuietly(temporary), "demo-interrupted");
        Runtime.getRuntime().addShutdownHook(interrupted);
        try (temporary) {
            steps.title("Start a node");
            var node = steps.step(
                    "a node starts in " + temporary.directory() + ", on free ports of this machine",
                    () -> temporary.start(clock, random));
            steps.tell("CMQ HTTP at " + node.cmqEndpoints().get(0) + ", health and metrics at " + node.adminEndpoint());
            new Demo(access(node, temporary.credential()), steps, clock, nanoTime, random).run();
            steps.step("the node stops and its files are deleted", () -> {
                LogManager.shutdown();
                temporary.close();
                return true;
            });
        }
        Runtime.getRuntime().removeShutdownHook(interrupted);
        var took = Duration.ofNanos(nanoTime.getAsLong() - begun);
        out.printf("All %d steps came out right, in %.1f s.%n", steps.done(), took.toMillis() / 1000.0);
    }

    private static Access access(Node node, Credential credential) {
        return new Access(List.of(node.cmqEndpoints().get(0)), places(node, "core"), places(node, "amqp"), credential);
    }

    private static List<String> places(Node node, String acceptor) {
        return node.acceptors().stream()
                .filter(found -> found.name().equals(acceptor))
                .map(found -> found.host() + ":" + found.port())
                .toList();
    }

    private void closeQuietly(TemporaryNode temporary) {
        try {
            temporary.close();
        } catch (IOException e) {
            out.println("could not delete " + temporary.directory() + ": " + e);
        }
    }
}
