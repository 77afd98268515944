/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.config.FirstCredential;
import io.quorummq.config.Home;
import io.quorummq.config.Installation;
import io.quorummq.config.Port;
import io.quorummq.core.credential.Credential;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** Three nodes in processes of their own, on free ports, in a directory that is gone when it is closed. */
final class TemporaryCluster implements AutoCloseable {
    private static final int NODES = 3;
    private static final int PORT_MAX = 65_535;
    private static final int OFFSET_TRIES_MAX = 1000;
    private static final Duration LEADER_MAX = Duration.ofSeconds(60);
    private static final Duration STOP_MAX = Duration.ofSeconds(15);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final String PREFIX = "QUORUMMQ_";
    /** What a node of the demo may take over from the environment; ports and home it must not. */
    private static final Set<String> TAKEN_OVER = Set.of("QUORUMMQ_JAVA_OPTS", "QUORUMMQ_DEBUG");

    private final Path directory;
    private final Credential credential;
    private final int portOffset;
    private final boolean isLogShown;
    private final LongSupplier nanoTime;
    private final List<DemoNode> nodes = new ArrayList<>();
    private final AtomicBoolean isClosed = new AtomicBoolean();

    private TemporaryCluster(
            Path directory, Credential credential, int portOffset, boolean isLogShown, LongSupplier nanoTime) {
        this.directory = directory;
        this.credential = credential;
        this.portOffset = portOffset;
        this.isLogShown = isLogShown;
        this.nanoTime = nanoTime;
    }

    /** A place for it in the system's directory for temporary files; the nodes' log goes to stderr too, or not. */
    static TemporaryCluster place(SecureRandom random, boolean isLogShown, LongSupplier nanoTime) throws IOException {
        return new TemporaryCluster(
                Files.createTempDirectory("quorummq-demo-"),
                FirstCredential.generated(random),
                freeOffset(random),
                isLogShown,
                nanoTime);
    }

    /** Makes the instances, by the same command that a user would take. */
    List<Home> create() throws IOException, InterruptedException {
        var said = directory.resolve("create.out");
        var command = List.of(
                Installation.ofThisProcess()
                        .directory()
                        .resolve("bin")
                        .resolve("quorummq")
                        .toString(),
                "create",
                instances().toString(),
                "--nodes",
                Integer.toString(NODES),
                "--port-offset",
                Integer.toString(portOffset));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        withEnvironment(builder);
        builder.environment().put("QUORUMMQ_SECRET_ID", credential.secretId());
        builder.environment().put("QUORUMMQ_SECRET_KEY", credential.secretKey());
        if (builder.start().waitFor() != 0) {
            throw new DemoFailure(Files.readString(said, UTF_8).strip());
        }
        return IntStream.rangeClosed(1, NODES)
                .mapToObj(n -> Home.at(instances().resolve("n" + n)))
                .toList();
    }

    /** Starts all nodes and waits for a leader. */
    DemoNode start(List<Home> homes) throws IOException, InterruptedException {
        for (int n = 0; n < homes.size(); n++) {
            nodes.add(DemoNode.start(homes.get(n), portOffset + n, this::settings));
        }
        return awaitLeader(nodes);
    }

    /** Kills the leader without a warning and waits for the next one. */
    DemoNode killAndAwaitNext(DemoNode leader) throws InterruptedException {
        leader.kill();
        return awaitLeader(nodes.stream().filter(node -> node != leader).toList());
    }

    /** Starts a node that was killed, and waits until it serves. */
    void restart(DemoNode killed) throws IOException, InterruptedException {
        var node = killed.again(this::settings);
        nodes.set(nodes.indexOf(killed), node);
        var end = nanoTime.getAsLong() + LEADER_MAX.toNanos();
        while (!node.isReady()) {
            pauseOrGiveUp(node, end, node.label() + " is not ready");
        }
    }

    private DemoNode awaitLeader(List<DemoNode> candidates) throws InterruptedException {
        var end = nanoTime.getAsLong() + LEADER_MAX.toNanos();
        Optional<DemoNode> leader = Optional.empty();
        while (leader.isEmpty()) {
            for (var node : candidates) {
                pauseOrGiveUp(node, end, "no node leads");
            }
            leader = candidates.stream().filter(DemoNode::isLeader).findFirst();
        }
        return leader.get();
    }

    private void pauseOrGiveUp(DemoNode node, long end, String what) throws InterruptedException {
        node.pause(POLL);
        if (nanoTime.getAsLong() > end) {
            throw new DemoFailure(what + " after " + LEADER_MAX.toSeconds() + " s");
        }
    }

    /** How clients reach it; valid once it was started. */
    Access access() {
        return new Access(
                nodes.stream().map(DemoNode::cmq).toList(),
                nodes.stream().map(node -> node.at(Port.CORE)).toList(),
                nodes.stream().map(node -> node.at(Port.AMQP)).toList(),
                credential);
    }

    Path directory() {
        return directory;
    }

    private Path instances() {
        return directory.resolve("cluster");
    }

    private ProcessBuilder settings(ProcessBuilder builder) {
        withEnvironment(builder);
        return builder.redirectError(isLogShown ? Redirect.INHERIT : Redirect.DISCARD);
    }

    private static void withEnvironment(ProcessBuilder builder) {
        builder.environment().keySet().removeIf(name -> name.startsWith(PREFIX) && !TAKEN_OVER.contains(name));
    }

    /** The first node stops as told, so that it leaves behind what makes the next start quicker; the others are killed. */
    @Override
    public void close() throws IOException {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        nodes.stream().limit(1).forEach(node -> node.stop(STOP_MAX));
        nodes.forEach(DemoNode::kill);
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** An offset at which every port of every node is free now. */
    private static int freeOffset(SecureRandom random) throws IOException {
        var highest = usualPorts().max().orElseThrow();
        for (int i = 0; i < OFFSET_TRIES_MAX; i++) {
            var offset = random.nextInt(1, PORT_MAX - highest - NODES);
            if (areFree(offset)) {
                return offset;
            }
        }
        throw new DemoFailure("no free ports were found");
    }

    private static IntStream usualPorts() {
        return Arrays.stream(Port.values()).mapToInt(Port::usual);
    }

    private static boolean areFree(int offset) throws IOException {
        var held = new ArrayList<ServerSocket>();
        try {
            for (var port : usualPorts().toArray()) {
                for (int n = 0; n < NODES; n++) {
                    var socket = new ServerSocket();
                    held.add(socket);
                    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port + offset + n));
                }
            }
            return true;
        } catch (IOException inUse) {
            return false;
        } finally {
            for (var socket : held) {
                socket.close();
            }
        }
    }
}
