/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.cluster.Admitted;
import io.quorummq.cluster.ClusterDoor;
import io.quorummq.cluster.ClusterDoor.Session;
import io.quorummq.cluster.ClusterRequest;
import io.quorummq.cluster.ClusterStatus;
import io.quorummq.cluster.VerifyReport;
import io.quorummq.config.ClusterMaker;
import io.quorummq.config.FirstCredential;
import io.quorummq.config.Home;
import io.quorummq.config.Installation;
import io.quorummq.config.NodeOption;
import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.identity.ClusterConfiguration;
import io.quorummq.replication.identity.Pause;
import io.quorummq.replication.peer.NodeAddress;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cluster status|add|remove|replace|transfer|verify}: the nodes of a running cluster, asked from any of its instances. */
@Command(
        name = "cluster",
        description = "Show, check and change the nodes of a running cluster, from any of its instances.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class ClusterCommand implements Runnable {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(15);
    /** A change of members waits for the new member, a transfer for the new leader to serve. */
    private static final Duration CHANGE_MAX = Duration.ofSeconds(90);

    private static final int PORT_USUAL = NodeAddress.USUAL_PORT;

    private final ClusterDoor door;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Pause pause;
    private final LongSupplier nanoTime;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /**
     * A command that asks through this door.
     *
     * @param random draws the keys of certificates, which are valid from the clock's time on
     * @param nanoTime a monotonic clock in nanoseconds
     */
    public ClusterCommand(
            ClusterDoor door, InstantSource clock, SecureRandom random, Pause pause, LongSupplier nanoTime) {
        this.door = door;
        this.clock = clock;
        this.random = random;
        this.pause = pause;
        this.nanoTime = nanoTime;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "a command is missing: status, add, remove, replace, transfer or verify");
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Print who leads, and of every replica how far it is and what is wrong with it.")
    void status(@Mixin HomeOption home, @Option(names = "--json", description = "print as JSON") boolean isJson) {
        try (var session = door.open(home.home())) {
            var status = ask(session, ClusterRequest.of(ClusterRequest.STATUS), ANSWER_MAX, ClusterStatus::parse);
            if (isJson) {
                print(status.bytes());
            } else {
                ClusterText.print(status, out());
            }
        }
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Admit a new node, and make its instance directory when --directory is given. It joins when"
                    + " it is started.")
    void add(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "ID=HOST[:PORT]", description = "the node, by its port between nodes") String text,
            @Mixin BundleOptions bundle) {
        var node = NodeOption.of("cluster add", text, PORT_USUAL);
        try (var session = door.open(home.home())) {
            if (session.cluster().nodes().containsKey(node.label())) {
                throw new ConfigurationException("there is a node " + node.label() + " already, at "
                        + session.cluster().address(node.label()) + ": 'quorummq cluster replace " + node.label()
                        + "' puts another in its place");
            }
            make(home.home(), node, bundle);
            var admitted = admit(home.home(), session, ClusterRequest.ADD, node);
            out().println("Admitted " + admitted.node() + " as member " + admitted.member());
            tellHowToStart(admitted.node(), bundle);
        }
    }

    @Command(
            name = "replace",
            mixinStandardHelpOptions = true,
            description = "Put a node without data into the place of one that is dead or wiped, under a new uuid, and"
                    + " wait until it has caught up.")
    int replace(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "ID", description = "the node") String label,
            @Option(
                            names = "--node",
                            paramLabel = "HOST[:PORT]",
                            description = "where the new node is, if not where the old one was")
                    @Nullable
                    String address,
            @Mixin BundleOptions bundle,
            @Option(
                            names = "--timeout",
                            paramLabel = "SECONDS",
                            defaultValue = "600",
                            description = "how long to wait (default: 600)")
                    long seconds)
            throws InterruptedException {
        try (var session = door.open(home.home())) {
            var node = new NodeOption(
                    label,
                    address == null
                            ? known(session.cluster(), label)
                            : NodeOption.address(
                                    "--node",
                                    address,
                                    known(session.cluster(), label).port()));
            make(home.home(), node, bundle);
            var admitted = admit(home.home(), session, ClusterRequest.REPLACE, node);
            out().println("Admitted " + label + " as member " + admitted.member());
            tellHowToStart(label, bundle);
            var wait = new CatchUp(session.client(), pause, nanoTime, out());
            if (wait.await(admitted, Duration.ofSeconds(seconds))) {
                return 0;
            }
            spec.commandLine()
                    .getErr()
                    .println("quorummq: " + label + " has not caught up in " + seconds
                            + " s; it goes on: see 'quorummq cluster status'");
            return Errors.FAILED;
        }
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Take a node's vote away; its data may be deleted afterwards.")
    void remove(@Mixin HomeOption home, @Parameters(paramLabel = "ID", description = "the node") String label) {
        try (var session = door.open(home.home())) {
            ask(
                    session,
                    ClusterRequest.of(ClusterRequest.REMOVE).with(ClusterRequest.NODE, label),
                    CHANGE_MAX,
                    answer -> true);
            var cluster = session.cluster();
            if (!label.equals(cluster.self()) && cluster.nodes().containsKey(label)) {
                cluster.without(label).write(home.home().cluster());
            }
            out().println("Removed " + label);
        }
    }

    @Command(
            name = "transfer",
            mixinStandardHelpOptions = true,
            description = "Hand the leadership over to a node; clients reconnect to it.")
    void transfer(@Mixin HomeOption home, @Parameters(paramLabel = "ID", description = "the node") String label) {
        try (var session = door.open(home.home())) {
            ask(
                    session,
                    ClusterRequest.of(ClusterRequest.TRANSFER).with(ClusterRequest.NODE, label),
                    CHANGE_MAX,
                    answer -> true);
            out().println(label + " leads");
        }
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Compare all replicas at the same index and have each read its files again; exit code 0 only"
                    + " if all agree.")
    int verify(
            @Mixin HomeOption home,
            @Option(names = "--json", description = "print as JSON") boolean isJson,
            @Option(
                            names = "--timeout",
                            paramLabel = "SECONDS",
                            defaultValue = "600",
                            description = "how long it may take (default: 600)")
                    long seconds) {
        try (var session = door.open(home.home())) {
            var report = ask(
                    session,
                    ClusterRequest.of(ClusterRequest.VERIFY),
                    Duration.ofSeconds(seconds),
                    VerifyReport::parse);
            if (isJson) {
                print(report.bytes());
            } else {
                ClusterText.print(report, out());
            }
            return report.isAgreed() ? 0 : Errors.FAILED;
        }
    }

    /** Where the instance directory of a node that comes goes to. */
    static final class BundleOptions {
        @Option(
                names = "--directory",
                paramLabel = "DIR",
                description = "make the node's instance directory here, empty or new, to be copied to its machine")
        private @Nullable Path directory;

        @Option(
                names = "--port-offset",
                paramLabel = "N",
                description = "with --directory: added to every port of this instance's broker.xml")
        private int portOffset;
    }

    private void make(Home home, NodeOption node, BundleOptions bundle) {
        if (bundle.directory != null) {
            new ClusterMaker(Installation.ofThisProcess(), new FirstCredential(Map.of(), random), clock)
                    .createJoining(home, node, bundle.directory.toAbsolutePath().normalize(), bundle.portOffset);
        }
    }

    /** The instance remembers where the node is, so that commands find it. */
    private static Admitted admit(Home home, Session session, String command, NodeOption node) {
        var request = ClusterRequest.of(command)
                .with(ClusterRequest.NODE, node.label())
                .with(ClusterRequest.ADDRESS, node.address().toString());
        var admitted = ask(session, request, CHANGE_MAX, Admitted::parse);
        var cluster = session.cluster();
        if (!node.address().equals(cluster.nodes().get(node.label()))) {
            cluster.with(node.label(), node.address()).write(home.cluster());
        }
        return admitted;
    }

    private void tellHowToStart(String label, BundleOptions bundle) {
        if (bundle.directory != null) {
            out().println("Start it, on its machine, with");
            out().println("  " + Home.at(bundle.directory).launcher() + " run");
        } else {
            out().println("It joins when " + label + " is started without data.");
        }
        out().flush();
    }

    private static NodeAddress known(ClusterConfiguration cluster, String label) {
        try {
            return cluster.address(label);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(String.valueOf(e.getMessage()), e);
        }
    }

    private static <T> T ask(Session session, ClusterRequest request, Duration limit, Function<byte[], T> reader) {
        return session.client().call(request, limit, reader);
    }

    private void print(byte[] json) {
        out().println(new String(json, StandardCharsets.UTF_8));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
