/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.awaitility.Awaitility.await;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.CmqClientSettings;
import io.quorummq.core.credential.Credential;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;

/** A real node as a user starts it: the packaged launcher, a home of its own, free ports; killed when closed. */
final class NodeProcess implements AutoCloseable {
    static final Credential CREDENTIAL = new Credential("AKIDsystemtest", "secretKeyForTests");

    private static final Path LAUNCHER = Path.of("target", "quorummq", "bin", "quorummq").toAbsolutePath();
    private static final Duration START_MAX = Duration.ofSeconds(60);

    private final Path home;
    private final List<Integer> ports;
    private Process process;

    private NodeProcess(Path home, List<Integer> ports) {
        this.home = home;
        this.ports = ports;
    }

    /** Starts a node on this home and waits until it is ready. */
    static NodeProcess on(Path home) {
        var node = new NodeProcess(home, freePorts(4));
        node.start();
        return node;
    }

    void start() {
        var command = List.of(
                LAUNCHER.toString(),
                "run",
                "--home",
                home.toString(),
                "--cmq-port",
                ports.get(0).toString(),
                "--core-port",
                ports.get(1).toString(),
                "--amqp-port",
                ports.get(2).toString(),
                "--admin-port",
                ports.get(3).toString());
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output().toFile());
        builder.environment().put("QUORUMMQ_SECRET_ID", CREDENTIAL.secretId());
        builder.environment().put("QUORUMMQ_SECRET_KEY", CREDENTIAL.secretKey());
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await("node ready, its output is in " + output())
                .atMost(START_MAX)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException("the node ended: " + Files.readString(output()));
                    }
                    return isReady();
                });
    }

    private Path output() {
        return home.resolveSibling(home.getFileName() + ".out");
    }

    private boolean isReady() {
        try {
            return admin("/health/ready").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    HttpResponse<String> admin(String path) throws IOException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.get(3) + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        try {
            return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** The value of one line of the node's metrics; 0 when there is no such line. */
    double metric(String line) throws IOException {
        return admin("/metrics")
                .body()
                .lines()
                .filter(found -> found.startsWith(line + " "))
                .mapToDouble(found -> Double.parseDouble(found.substring(found.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(0);
    }

    long pid() {
        return process.pid();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + ports.get(0));
    }

    CmqClient cmq() {
        return new CmqClient(
                endpoint(),
                CREDENTIAL,
                CmqClientSettings.DEFAULT.withMaxConnections(64),
                InstantSource.system(),
                new Random());
    }

    Connection core() throws JMSException {
        return started(new ActiveMQConnectionFactory("tcp://127.0.0.1:" + ports.get(1))
                .createConnection(CREDENTIAL.secretId(), CREDENTIAL.secretKey()));
    }

    Connection amqp() throws JMSException {
        return started(new JmsConnectionFactory("amqp://127.0.0.1:" + ports.get(2))
                .createConnection(CREDENTIAL.secretId(), CREDENTIAL.secretKey()));
    }

    private static Connection started(Connection connection) throws JMSException {
        connection.start();
        return connection;
    }

    /** As {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** As {@code kill}; the exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the node does not stop");
        }
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    /** Ports that nobody listens on now; all held at once, so that no two are alike. */
    static List<Integer> freePorts(int count) {
        var held = new ArrayList<ServerSocket>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            var ports = held.stream().map(ServerSocket::getLocalPort).toList();
            for (var socket : held) {
                socket.close();
            }
            return ports;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
