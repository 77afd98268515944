/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.core.credential.Credential;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;

/** A real node that can be killed and started again: same home, same ports, a credential that is known beforehand. */
final class NodeProcess implements AutoCloseable {
    static final Credential CREDENTIAL = new Credential("AKIDsystemtest", "secretKeyForTests");

    private final Path directory;
    private final Path home;
    private final Launcher launcher;
    private final List<String> ports;
    private RunningNode running;

    private NodeProcess(Path directory, Path home, Map<String, String> environment, Map<String, String> changes)
            throws Exception {
        this.directory = directory;
        this.home = home;
        this.ports = Launcher.freePorts();
        var variables = new HashMap<>(environment);
        variables.put("QUORUMMQ_SECRET_ID", CREDENTIAL.secretId());
        variables.put("QUORUMMQ_SECRET_KEY", CREDENTIAL.secretKey());
        this.launcher = Launcher.assembled(directory).with(variables);
        if (!changes.isEmpty()) {
            var created = launcher.run("create", home.toString());
            if (created.exitCode() != 0) {
                throw new IllegalStateException("create: " + created.err());
            }
            for (var change : changes.entrySet()) {
                configure(change.getKey(), change.getValue());
            }
        }
        this.running = started();
    }

    /** Starts a node on a new home in this directory, and waits until it is ready. */
    static NodeProcess in(Path directory) throws Exception {
        return in(directory, Map.of());
    }

    /** The same, with more in its environment. */
    static NodeProcess in(Path directory, Map<String, String> environment) throws Exception {
        return new NodeProcess(directory, directory.resolve("home"), environment, Map.of());
    }

    /** The same, with a home that is elsewhere. */
    static NodeProcess in(Path directory, Path home) throws Exception {
        return new NodeProcess(directory, home, Map.of(), Map.of());
    }

    /** The same, with changes to its configuration: what each pattern finds is replaced. */
    static NodeProcess configured(Path directory, Map<String, String> changes) throws Exception {
        return configured(directory, Map.of(), changes);
    }

    /** The same, with more in its environment. */
    static NodeProcess configured(Path directory, Map<String, String> environment, Map<String, String> changes)
            throws Exception {
        return new NodeProcess(directory, directory.resolve("home"), environment, changes);
    }

    void start() throws IOException {
        running = started();
    }

    private RunningNode started() throws IOException {
        return RunningNode.start(launcher, directory, ports, "--home", home.toString());
    }

    /** Rewrites the node's configuration; in force after the next start. */
    void configure(String pattern, String replacement) throws IOException {
        var file = home.resolve("etc").resolve("broker.xml");
        var text = Files.readString(file);
        var changed = text.replaceAll(pattern, replacement);
        if (changed.equals(text)) {
            throw new IllegalStateException("nothing in " + file + " looks like " + pattern);
        }
        Files.writeString(file, changed);
    }

    /** The value of one line of the node's metrics; 0 when there is no such line. */
    double metric(String line) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(running.adminEndpoint().resolve("/metrics"))
                .timeout(Duration.ofSeconds(10))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(found -> found.startsWith(line + " "))
                .mapToDouble(found -> Double.parseDouble(found.substring(found.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(0);
    }

    /** The port that one of the port options gave it. */
    int port(String option) {
        return Integer.parseInt(running.port(option));
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + running.port("--cmq-port"));
    }

    CmqClient cmq() {
        return running.client(CREDENTIAL);
    }

    Connection core() throws JMSException {
        return started(new ActiveMQConnectionFactory("tcp://127.0.0.1:" + running.port("--core-port"))
                .createConnection(CREDENTIAL.secretId(), CREDENTIAL.secretKey()));
    }

    Connection amqp() throws JMSException {
        return started(new JmsConnectionFactory("amqp://127.0.0.1:" + running.port("--amqp-port"))
                .createConnection(CREDENTIAL.secretId(), CREDENTIAL.secretKey()));
    }

    private static Connection started(Connection connection) throws JMSException {
        connection.start();
        return connection;
    }

    Path home() {
        return home;
    }

    /** What it said on stderr since it was last started. */
    String err() {
        return running.err();
    }

    boolean isAlive() {
        return running.isAlive();
    }

    long pid() {
        return running.pid();
    }

    /** As {@code kill -9}. */
    void kill() {
        running.close();
    }

    /** Waits for it to end by itself; gives the exit code. */
    int awaitEnd() throws InterruptedException {
        return running.awaitEnd();
    }

    /** All that it has printed since it was started last, its log included. */
    String said() {
        return running.out() + running.err();
    }

    /** As {@code kill}; gives the exit code. */
    int stop() throws InterruptedException {
        return running.stop();
    }

    @Override
    public void close() {
        kill();
    }
}
