/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One node of a cluster, as a process that is killed, stopped and started again on the same instance directory. */
final class ClusterNode {
    private static final Duration HEALTH_MAX = Duration.ofSeconds(2);
    private static final int STOP_SECONDS_MAX = 60;
    private static final int LINES_SHOWN = 40;
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(HEALTH_MAX).build();

    private final String label;
    private final Path home;
    private final int portOffset;
    private final Path scratch;
    private final Map<String, String> environment;
    private final List<String> options;
    private @Nullable Process process;
    private Path out;
    private Path err;

    ClusterNode(
            String label,
            Path home,
            int portOffset,
            Path scratch,
            Map<String, String> environment,
            List<String> options) {
        this.label = label;
        this.home = home;
        this.portOffset = portOffset;
        this.scratch = scratch;
        this.environment = environment;
        this.options = options;
        this.out = scratch.resolve(label + ".out");
        this.err = scratch.resolve(label + ".err");
    }

    /** Starts the process and does not wait for anything. */
    void start() throws IOException {
        if (isAlive()) {
            throw new IllegalStateException(label + " is running");
        }
        out = Files.createTempFile(scratch, label + "-", ".out");
        err = Files.createTempFile(scratch, label + "-", ".err");
        var words = new ArrayList<String>(List.of("run"));
        words.addAll(options);
        process = launcher().start(out, err, words);
    }

    /** Runs one of the commands of this instance to its end. */
    Launcher.Outcome command(String... words) throws Exception {
        return launcher().run(words);
    }

    /** As {@code kill -9}; returns when the process is gone. */
    void kill() {
        var running = process;
        if (running != null) {
            running.descendants().forEach(ProcessHandle::destroyForcibly);
            running.destroyForcibly();
            running.onExit().join();
        }
    }

    /** As {@code kill}: asks it to stop, does not wait. */
    void terminate() {
        started().destroy();
    }

    /** Waits for it to end; gives the exit code. */
    int awaitEnd() throws InterruptedException {
        var running = started();
        if (!running.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new AssertionError(label + " did not end:\n" + said());
        }
        return running.exitValue();
    }

    boolean isAlive() {
        var running = process;
        return running != null && running.isAlive();
    }

    long pid() {
        return started().pid();
    }

    /** Whether its broker is active; not so if it does not answer. */
    boolean isLeader() {
        return isAlive() && isHealthy("leader");
    }

    /** Whether it says that it serves clients; not so if it does not answer. */
    boolean isReady() {
        return isAlive() && isHealthy("ready");
    }

    private boolean isHealthy(String page) {
        try {
            return get("/health/" + page).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The sum of all lines of its metrics that begin so. */
    double metric(String beginning) throws IOException, InterruptedException {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(beginning))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + (9090 + portOffset) + path))
                .timeout(HEALTH_MAX)
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + (8080 + portOffset));
    }

    int corePort() {
        return 61616 + portOffset;
    }

    int amqpPort() {
        return 5672 + portOffset;
    }

    String label() {
        return label;
    }

    Path home() {
        return home;
    }

    Path data() {
        return home.resolve("data");
    }

    /** What it printed since it was last started. */
    String said() {
        return read(out) + read(err);
    }

    /** The end of what it printed and logged, for whoever has to find out why a test failed. */
    String lastWords() {
        return "--- " + label + (isAlive() ? " (running)" : " (ended)") + "\n" + lastLines(said()) + "--- its log\n"
                + lastLines(read(home.resolve("log").resolve("quorummq.log")));
    }

    private static String lastLines(String text) {
        var lines = text.lines().toList();
        return lines.stream().skip(Math.max(0, lines.size() - LINES_SHOWN)).collect(Collectors.joining("\n", "", "\n"));
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file, UTF_8) : "";
        } catch (IOException e) {
            return "cannot read " + file + ": " + e;
        }
    }

    private Launcher launcher() {
        return Launcher.of(home.resolve("bin").resolve("quorummq"), scratch).with(environment);
    }

    private Process started() {
        var running = process;
        if (running == null) {
            throw new IllegalStateException(label + " was not started");
        }
        return running;
    }

    @Override
    public String toString() {
        return label;
    }
}
