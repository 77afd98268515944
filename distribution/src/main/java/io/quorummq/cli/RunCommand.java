/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.config.FirstCredential;
import io.quorummq.config.Home;
import io.quorummq.config.HomeMaker;
import io.quorummq.config.Installation;
import io.quorummq.config.Overrides;
import io.quorummq.config.Port;
import io.quorummq.node.Node;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs one node in the foreground until it is told to stop. */
@Command(
        name = "run",
        description = "Run one node in the foreground; SIGTERM or Ctrl-C stops it cleanly.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footerHeading = "%n",
        footer = {
            "What the home lacks is made: configuration in etc/, a credential (from QUORUMMQ_SECRET_ID and",
            "QUORUMMQ_SECRET_KEY when set, else generated), data/ and log/."
        })
public final class RunCommand implements Runnable {
    private static final int LOOK_MILLIS = 20;

    private final InstantSource clock;
    private final SecureRandom random;

    @Mixin
    private HomeOption home = new HomeOption();

    @Option(names = "--port-offset", paramLabel = "N", description = "added to every default port")
    private int portOffset;

    @Option(names = "--cmq-port", paramLabel = "N", description = "CMQ HTTP (default: 8080)")
    private @Nullable Integer cmqPort;

    @Option(names = "--core-port", paramLabel = "N", description = "core and AMQP (default: 61616)")
    private @Nullable Integer corePort;

    @Option(names = "--amqp-port", paramLabel = "N", description = "AMQP (default: 5672)")
    private @Nullable Integer amqpPort;

    @Option(names = "--admin-port", paramLabel = "N", description = "health and metrics (default: 9090)")
    private @Nullable Integer adminPort;

    @Option(names = "--raft-port", paramLabel = "N", description = "between nodes (default: 7400)")
    private @Nullable Integer raftPort;

    @Option(
            names = "-D",
            paramLabel = "KEY=VALUE",
            mapFallbackValue = "true",
            description = "sets a property of broker.xml, as -Dquorummq.host=0.0.0.0")
    private Map<String, String> properties = new LinkedHashMap<>();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** A node that goes by this clock and draws its secrets from this source. */
    public RunCommand(InstantSource clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    @Override
    public void run() {
        var begun = System.nanoTime();
        var directory = home.home();
        var maker = new HomeMaker(Installation.ofThisProcess(), new FirstCredential(System.getenv(), random));
        maker.complete(directory);
        new Overrides(portOffset, System.getenv(), ports(), properties)
                .systemProperties(directory)
                .forEach(System::setProperty);
        Logging.of(directory);
        maker.addFirstCredential(directory);
        runUntilStopped(directory, begun);
    }

    private void runUntilStopped(Home directory, long begun) {
        var out = spec.commandLine().getOut();
        var stopped = new CountDownLatch(1);
        var node = new Node(directory, clock, random);
        node.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node, out, stopped), "stop"));
        new Banner(node, directory, clock, random).print(out);
        out.flush();
        try {
            if (!node.isReady()) {
                out.println("waiting for other nodes, to elect a leader");
                out.flush();
            }
            while (!node.isReady()) {
                if (stopped.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
            out.println(
                    "ready in " + Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms (process "
                            + ProcessHandle.current().pid() + ")");
            out.flush();
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the process itself, so that a clean stop by a signal has the exit code of success. */
    private static void stop(Node node, PrintWriter out, CountDownLatch stopped) {
        node.close();
        LogManager.shutdown();
        out.println("stopped");
        out.flush();
        stopped.countDown();
        Runtime.getRuntime().halt(0);
    }

    private Map<Port, Integer> ports() {
        var ports = new EnumMap<Port, Integer>(Port.class);
        put(ports, Port.CMQ, cmqPort);
        put(ports, Port.CORE, corePort);
        put(ports, Port.AMQP, amqpPort);
        put(ports, Port.ADMIN, adminPort);
        put(ports, Port.RAFT, raftPort);
        return ports;
    }

    private static void put(Map<Port, Integer> ports, Port port, @Nullable Integer number) {
        if (number != null) {
            ports.put(port, number);
        }
    }
}
