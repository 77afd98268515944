/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.demo.ClusterDemoRun;
import io.quorummq.demo.DemoRun;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows the product at work, in one run that needs nothing and leaves nothing. */
@Command(
        name = "demo",
        description =
                "Show the product at work: three nodes, one queue used by CMQ HTTP, JMS and AMQP, and what a dead leader"
                        + " costs.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class DemoCommand implements Callable<Integer> {
    private final InstantSource clock;
    private final SecureRandom random;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "3",
            description = "3 (default): a cluster of three processes, whose leader is killed; 1: one node")
    private int nodes;

    @Option(names = "--log", description = "show the nodes' log too, not only what the demo tells")
    private boolean isLogShown;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** A demo that goes by this clock and draws its secrets from this source. */
    public DemoCommand(InstantSource clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Integer call() throws Exception {
        var out = spec.commandLine().getOut();
        switch (nodes) {
            case 1 -> runOneNode(out);
            case 3 -> new ClusterDemoRun(out, clock, System::nanoTime, random).run(isLogShown);
            default -> throw new ParameterException(spec.commandLine(), "--nodes=" + nodes + ", allowed: 1 or 3");
        }
        return 0;
    }

    private void runOneNode(PrintWriter out) throws Exception {
        new DemoRun(out, clock, System::nanoTime, random).run(home -> {
            System.setProperty("quorummq.log.console", isLogShown ? "INFO" : "OFF");
            Logging.of(home);
        });
    }
}
