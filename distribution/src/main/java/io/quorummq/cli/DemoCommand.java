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
final class DemoCommand implements Callable<Integer> {
    @Option(names = "--log", description = "show the node's log too, not only what the demo tells")
    private boolean isLogShown;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        var out = spec.commandLine().getOut();
        new DemoRun(out, InstantSource.system(), System::nanoTime, new SecureRandom()).run(home -> {
            System.setProperty("quorummq.log.console", isLogShown ? "INFO" : "OFF");
            Logging.of(home);
        });
        return 0;
    }
}
