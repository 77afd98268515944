/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.CmqClientSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster of three real processes on this machine, made by {@code quorummq create --nodes 3}, on free ports and with a
 * credential that is known beforehand. Whatever happens to the test, no process outlives it.
 */
final class ClusterProcesses implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterProcesses.class);
    private static final int NODES = 3;
    private static final List<Integer> USUAL_PORTS = List.of(8080, 61616, 5672, 7400, 9090);
    private static final int OFFSET_MAX = 65_535 - 61_616 - NODES;
    private static final int OFFSET_TRIES_MAX = 1000;
    private static final Duration LEADER_MAX = Duration.ofSeconds(90);
    private static final Duration POLL = Duration.ofMillis(50);
    /** A machine that also builds and tests is paused for longer than one that serves; to measure, name the product's 500. */
    private static final int ELECTION_TIMEOUT_MILLIS =
            Integer.getInteger("quorummq.test.election-timeout-millis", 1500);

    private static final String CORE_FAILOVER = "?reconnectAttempts=0&failoverAttempts=-1"
            + "&useTopologyForLoadBalancing=false&initialConnectAttempts=30&retryInterval=200&callTimeout=10000";

    /** Changes of a configuration: for who waits for disk to come back, which it does with the next checkpoint. */
    static final Map<String, String> SOON_A_CHECKPOINT = Map.of(
            "<property key=\"election-timeout-millis\"",
            "<property key=\"checkpoint-interval-seconds\" value=\"15\"/>$0");

    private final Path directory;
    private final List<ClusterNode> nodes;
    private final Thread atExit = new Thread(this::killAll, "kill-cluster");

    private ClusterProcesses(Path directory, List<ClusterNode> nodes) {
        this.directory = directory;
        this.nodes = nodes;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Three instances in this directory, not yet started. */
    static ClusterProcesses in(Path directory) throws Exception {
        return in(directory, "-Xmx256m");
    }

    /** The same, whose nodes run with these options of Java. */
    static ClusterProcesses in(Path directory, String javaOptions) throws Exception {
        return in(directory, javaOptions, label -> Map.of());
    }

    /** The same, with more in the environment of each node, by its label. */
    static ClusterProcesses in(Path directory, String javaOptions, Function<String, Map<String, String>> more)
            throws Exception {
        var environment = new HashMap<String, String>();
        environment.put("QUORUMMQ_SECRET_ID", NodeProcess.CREDENTIAL.secretId());
        environment.put("QUORUMMQ_SECRET_KEY", NodeProcess.CREDENTIAL.secretKey());
        environment.put("QUORUMMQ_JAVA_OPTS", javaOptions);
        var offset = freeOffset();
        var instances = directory.resolve("cluster");
        var created = Launcher.assembled(directory)
                .with(environment)
                .run("create", instances.toString(), "--nodes", "" + NODES, "--port-offset", "" + offset);
        if (created.exitCode() != 0) {
            throw new AssertionError("create: " + created.out() + created.err());
        }
        var options = List.of("-Dquorummq.raft.election.timeout.millis=" + ELECTION_TIMEOUT_MILLIS);
        var nodes = IntStream.rangeClosed(1, NODES)
                .mapToObj(n -> {
                    var own = new HashMap<>(environment);
                    own.putAll(more.apply("n" + n));
                    return new ClusterNode(
                            "n" + n, instances.resolve("n" + n), offset + n - 1, directory, own, options);
                })
                .toList();
        return new ClusterProcesses(directory, nodes);
    }

    /** Runs the body of a test; if it fails, tells what the nodes said and keeps their logs. */
    void use(Body body) throws Exception {
        try (this) {
            body.with(this);
        } catch (Exception | AssertionError e) {
            e.addSuppressed(new AssertionError(
                    nodes.stream().map(ClusterNode::lastWords).collect(Collectors.joining("\n", "\n", ""))));
            keepLogs();
            throw e;
        }
    }

    /** Changes the configuration of all nodes before they are started: what each pattern finds is replaced. */
    void configure(Map<String, String> changes) throws IOException {
        for (var node : nodes) {
            var file = node.home().resolve("etc").resolve("broker.xml");
            var text = Files.readString(file);
            for (var change : changes.entrySet()) {
                var changed = text.replaceAll(change.getKey(), change.getValue());
                if (changed.equals(text)) {
                    throw new IllegalStateException("nothing in " + file + " looks like " + change.getKey());
                }
                text = changed;
            }
            Files.writeString(file, text);
        }
    }

    /** Starts those that do not run, and waits for a leader. */
    ClusterNode start() throws IOException {
        for (var node : nodes) {
            if (!node.isAlive()) {
                node.start();
            }
        }
        return awaitLeader();
    }

    /** The same, and waits until every node serves clients. */
    ClusterNode startAll() throws IOException {
        start();
        await().atMost(LEADER_MAX).pollInterval(POLL).until(() -> nodes.stream().allMatch(ClusterNode::isReady));
        return awaitLeader();
    }

    List<ClusterNode> nodes() {
        return nodes;
    }

    ClusterNode node(String label) {
        return nodes.stream()
                .filter(node -> node.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    /** Those that run and do not lead. */
    List<ClusterNode> followers() {
        return nodes.stream().filter(node -> node.isAlive() && !node.isLeader()).toList();
    }

    /** Waits until one leads whose broker serves, and gives it. */
    ClusterNode awaitLeader() {
        return await().atMost(LEADER_MAX)
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .until(this::leader, Optional::isPresent)
                .orElseThrow();
    }

    private Optional<ClusterNode> leader() {
        for (var node : nodes) {
            if (node.isLeader()) {
                return Optional.of(node);
            }
        }
        return Optional.empty();
    }

    /** Kills the three at once, as when the power fails but the disks do not. */
    void killAll() {
        nodes.parallelStream().forEach(ClusterNode::kill);
    }

    /** A client of one node's own endpoint. */
    CmqClient cmq(ClusterNode node) {
        return new CmqClient(
                node.endpoint(),
                NodeProcess.CREDENTIAL,
                CmqClientSettings.DEFAULT,
                InstantSource.system(),
                new Random(1));
    }

    /** A command of the first instance, which need not be running. */
    Launcher.Outcome command(String... words) throws Exception {
        return nodes.get(0).command(words);
    }

    /** Lets all replicas compare their files at the same point of the log. */
    void requireEqualReplicas() throws Exception {
        var outcome = command("cluster", "verify");
        if (outcome.exitCode() != 0) {
            throw new AssertionError("cluster verify: " + outcome.out() + outcome.err());
        }
    }

    List<URI> endpoints() {
        return nodes.stream().map(ClusterNode::endpoint).toList();
    }

    /**
     * For Artemis' own JMS client: it goes on to the next node until it finds the one that leads; with reconnectAttempts it
     * would ask for the dead one only.
     */
    String coreUri() {
        return nodes.stream()
                .map(node -> "tcp://127.0.0.1:" + node.corePort())
                .collect(Collectors.joining(",", "(", ")" + CORE_FAILOVER));
    }

    /** For plain Qpid JMS, which after an outage of seconds would else wait as long again before it looks for the next leader. */
    String amqpUri() {
        return nodes.stream()
                .map(node -> "amqp://127.0.0.1:" + node.amqpPort())
                .collect(Collectors.joining(",", "failover:(", ")?failover.maxReconnectDelay=500"));
    }

    /** For the JMS adapter. */
    String adapterUri() {
        return nodes.stream()
                .map(node -> "127.0.0.1:" + node.amqpPort())
                .collect(Collectors.joining(",", "quorummq://", ""));
    }

    /** Kills what still runs. */
    @Override
    public void close() {
        killAll();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException endingAlready) {
            LOG.debug("The hook runs already", endingAlready);
        }
    }

    private void keepLogs() {
        var kept = Path.of("target", "failed-clusters", directory.getFileName().toString());
        try {
            Files.createDirectories(kept);
            for (var node : nodes) {
                Files.writeString(kept.resolve(node.label() + ".txt"), node.said(), UTF_8);
                try (var logs = Files.list(node.home().resolve("log"))) {
                    for (var log : logs.toList()) {
                        Files.copy(log, kept.resolve(node.label() + "-" + log.getFileName()));
                    }
                }
            }
            LOG.error("The logs of the failed cluster are in {}", kept.toAbsolutePath());
        } catch (IOException e) {
            LOG.error("Could not keep the logs in {}", kept.toAbsolutePath(), e);
        }
    }

    /** An offset at which every port of every node is free now. */
    private static int freeOffset() throws IOException {
        var random = new Random();
        for (int i = 0; i < OFFSET_TRIES_MAX; i++) {
            var offset = random.nextInt(1, OFFSET_MAX);
            if (isFree(offset)) {
                return offset;
            }
        }
        throw new IOException("no free ports found");
    }

    private static boolean isFree(int offset) {
        var held = new ArrayList<ServerSocket>();
        try {
            for (var port : USUAL_PORTS) {
                for (int node = 0; node < NODES; node++) {
                    var socket = new ServerSocket();
                    held.add(socket);
                    socket.setReuseAddress(true);
                    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port + offset + node));
                }
            }
            return true;
        } catch (IOException inUse) {
            return false;
        } finally {
            held.forEach(ClusterProcesses::closeQuietly);
        }
    }

    private static void closeQuietly(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("A probe of a port did not close", e);
        }
    }

    /** What a test does with its cluster. */
    interface Body {
        void with(ClusterProcesses cluster) throws Exception;
    }
}
