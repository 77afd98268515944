/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.CmqClientSettings;
import io.quorummq.core.credential.Credential;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A node in a process of its own, and what it said when it was ready. */
final class RunningNode implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(60);

    private final Process process;
    private final Path out;
    private final Path err;
    private final List<String> ports;

    private RunningNode(Process process, Path out, Path err, List<String> ports) {
        this.process = process;
        this.out = out;
        this.err = err;
        this.ports = ports;
    }

    /** Returns when the node says that it is ready. */
    static RunningNode start(Launcher launcher, Path scratch, String... arguments) throws IOException {
        return start(launcher, scratch, Launcher.freePorts(), arguments);
    }

    static RunningNode start(Launcher launcher, Path scratch, List<String> ports, String... arguments)
            throws IOException {
        var out = Files.createTempFile(scratch, "node", ".out");
        var err = Files.createTempFile(scratch, "node", ".err");
        var words = new ArrayList<String>(List.of("run"));
        words.addAll(List.of(arguments));
        words.addAll(ports);
        var node = new RunningNode(launcher.start(out, err, words), out, err, ports);
        await().atMost(START_MAX)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> node.out().contains("ready in ") || !node.process.isAlive());
        if (!node.process.isAlive()) {
            throw new AssertionError("the node ended: " + node.out() + node.err());
        }
        return node;
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** The port options it was started with. */
    List<String> ports() {
        return ports;
    }

    String port(String option) {
        return ports.get(ports.indexOf(option) + 1);
    }

    URI cmqEndpoint() {
        return URI.create(said("CMQ HTTP +(\\S+)"));
    }

    URI adminEndpoint() {
        return URI.create(said("admin +(\\S+)"));
    }

    Credential credential() {
        return new Credential(said("secretId +(\\S+)"), said("secretKey +(\\S+)"));
    }

    CmqClient client() {
        return client(credential());
    }

    CmqClient client(Credential credential) {
        return new CmqClient(
                cmqEndpoint(), credential, CmqClientSettings.DEFAULT, InstantSource.system(), new Random(1));
    }

    /** What it printed at the place of the pattern's group. */
    String said(String pattern) {
        var found = Pattern.compile(pattern).matcher(out());
        if (!found.find()) {
            throw new AssertionError("the node did not say " + pattern + ": " + out());
        }
        return found.group(1);
    }

    /** Waits for it to end by itself, and gives its exit code. */
    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("the node did not end: " + out() + err());
        }
        return process.exitValue();
    }

    /** Asks it to stop by SIGTERM, and gives its exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        return awaitEnd();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
