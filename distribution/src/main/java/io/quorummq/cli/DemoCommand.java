/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.demo.DemoRun;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the product at work, in one run that needs nothing and leaves nothing. */
@Command(
        name = "demo",
        description = "Show the product at work: a node of its own, one queue used by CMQ HTTP, JMS and AMQP.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class DemoCommand implements Callable<Integer> {
    private final InstantSource clock;
    private final SecureRandom random;

    @Option(names = "--log", description = "show the node's log too, not only what the demo tells")
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
        new DemoRun(out, clock, System::nanoTime, random).run(home -> {
            System.setProperty("quorummq.log.console", isLogShown ? "INFO" : "OFF");
            Logging.of(home);
        });
        return 0;
    }
}
