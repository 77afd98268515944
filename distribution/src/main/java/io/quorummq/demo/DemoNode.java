/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.config.Home;
import io.quorummq.config.Port;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** One node of the demo's cluster: an instance directory, and the process that runs it. */
final class DemoNode {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int ANSWER_MILLIS_MAX = 1000;
    private static final int LINES_TOLD = 5;

    private final String label;
    private final Home home;
    private final int portOffset;
    private final Path out;
    private final Process process;

    private DemoNode(String label, Home home, int portOffset, Path out, Process process) {
        this.label = label;
        this.home = home;
        this.portOffset = portOffset;
        this.out = out;
        this.process = process;
    }

    /** Starts the node of an instance directory that is named as the node. */
    static DemoNode start(Home home, int portOffset, UnaryOperator<ProcessBuilder> settings) throws IOException {
        var label = home.directory().getFileName().toString();
        var out = home.directory().resolveSibling(label + ".out");
        var builder = new ProcessBuilder(home.launcher().toString(), "run").redirectOutput(out.toFile());
        return new DemoNode(
                label, home, portOffset, out, settings.apply(builder).start());
    }

    /** Starts it again, after it has ended. */
    DemoNode again(UnaryOperator<ProcessBuilder> settings) throws IOException {
        return start(home, portOffset, settings);
    }

    String label() {
        return label;
    }

    long pid() {
        return process.pid();
    }

    URI cmq() {
        return URI.create("http://" + at(Port.CMQ));
    }

    /** Host and port of one of its doors. */
    String at(Port port) {
        return LOOPBACK + ":" + (port.usual() + portOffset);
    }

    /** Whether it says that its broker is active. */
    boolean isLeader() {
        return process.isAlive() && isSo("leader");
    }

    /** Whether it says that it serves. */
    boolean isReady() {
        return process.isAlive() && isSo("ready");
    }

    private boolean isSo(String page) {
        try {
            var url = URI.create("http://" + at(Port.ADMIN) + "/health/" + page).toURL();
            if (url.openConnection() instanceof HttpURLConnection connection) {
                connection.setConnectTimeout(ANSWER_MILLIS_MAX);
                connection.setReadTimeout(ANSWER_MILLIS_MAX);
                return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
            }
            return false;
        } catch (IOException notYetOrDead) {
            return false;
        }
    }

    /** Pauses; fails if the process ends meanwhile, which nobody wants it to. */
    void pause(Duration time) throws InterruptedException {
        if (process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new DemoFailure(label + " ended with exit code " + process.exitValue() + ": " + lastWords());
        }
    }

    private String lastWords() {
        try {
            var log = home.log().resolve("quorummq.log");
            var lines = Files.readAllLines(Files.exists(log) ? log : out, UTF_8);
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - LINES_TOLD), lines.size()));
        } catch (IOException e) {
            return "its log cannot be read: " + e.getMessage();
        }
    }

    /** As {@code kill -9}; returns when the process is gone. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** As {@code kill}, and as {@code kill -9} if that takes too long. */
    void stop(Duration max) {
        process.destroy();
        try {
            if (!process.waitFor(max.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }
}
