/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.config.ClusterMaker;
import io.quorummq.config.ClusterPlan;
import io.quorummq.config.FirstCredential;
import io.quorummq.config.Home;
import io.quorummq.config.Installation;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes an instance directory that is configured, started and backed up on its own, or one for each node of a cluster. */
@Command(
        name = "create",
        description = "Create an instance directory: bin/ etc/ data/ log/ lib/, with a configuration and a credential."
                + " With --nodes or --node, one for each node of a cluster, below DIR.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class CreateCommand implements Runnable {
    private final InstantSource clock;
    private final SecureRandom random;

    @Parameters(paramLabel = "DIR", description = "a directory that does not exist yet or is empty")
    private Path directory = Path.of("");

    @Option(
            names = "--nodes",
            paramLabel = "N",
            description = "a cluster of N nodes on this machine: DIR/n1 and so on, the ports of each one higher than"
                    + " those of the one before")
    private @Nullable Integer nodes;

    @Option(
            names = "--node",
            paramLabel = "ID=HOST[:PORT]",
            description = "a node on a machine of its own, by the port between nodes; once for each node of the"
                    + " cluster. DIR/ID is to be copied to that machine")
    private List<String> machines = new ArrayList<>();

    @Option(names = "--port-offset", paramLabel = "N", description = "added to every default port in the configuration")
    private int portOffset;

    @Option(
            names = "--raft-port",
            paramLabel = "N",
            defaultValue = "7400",
            description = "the port between nodes (default: 7400)")
    private int raftPort;

    @Option(names = "--tls", description = "certificates between the nodes; always made when a node is not on loopback")
    private boolean isTls;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Certificates are valid from this clock's time on; ids and secrets are drawn from this source. */
    public CreateCommand(InstantSource clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    @Override
    public void run() {
        if (nodes != null && !machines.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--nodes is for one machine, --node for machines of their own: name one of them");
        }
        var maker = new ClusterMaker(Installation.ofThisProcess(), new FirstCredential(System.getenv(), random), clock);
        var place = directory.toAbsolutePath().normalize();
        var out = spec.commandLine().getOut();
        if (nodes == null && machines.isEmpty()) {
            tell(out, maker.createOne(place, ClusterPlan.ofOne(raftPort, portOffset, isTls)));
        } else {
            tell(out, maker.create(place, plan()));
        }
    }

    private ClusterPlan plan() {
        return nodes == null
                ? ClusterPlan.onMachines(machines, raftPort, portOffset, isTls)
                : ClusterPlan.onThisMachine(nodes, raftPort, portOffset, isTls);
    }

    private static void tell(PrintWriter out, Home home) {
        out.println("Created " + home.directory());
        out.println("  configuration  " + home.brokerXml());
        out.println("  credential     " + home.credentials());
        tellOfKey(out, home);
        out.println("Start it with");
        out.println("  " + home.launcher() + " run");
    }

    private void tell(PrintWriter out, List<Home> homes) {
        for (var home : homes) {
            out.println("Created " + home.directory());
        }
        out.println("  credential     " + homes.get(0).credentials() + ", the same in all");
        tellOfKey(out, homes.get(0));
        out.println(
                machines.isEmpty() ? "Start all of them, each with" : "Copy each to its machine, and start all with");
        for (var home : homes) {
            out.println("  " + home.launcher() + " run");
        }
    }

    private static void tellOfKey(PrintWriter out, Home home) {
        var key = home.tls().resolve("ca.key");
        if (Files.exists(key)) {
            out.println("  authority      " + key + ", needed to add nodes: keep it safe");
        }
    }
}
