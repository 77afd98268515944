/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs commands of the assembled product as a user would, in a working directory of their own. */
final class Launcher {
    private static final int SECONDS_MAX = 180;

    private final Path command;
    private final Path workingDirectory;
    private final Map<String, String> environment;

    private Launcher(Path command, Path workingDirectory, Map<String, String> environment) {
        this.command = command;
        this.workingDirectory = workingDirectory;
        this.environment = environment;
    }

    /** The launcher of the directory that the build has assembled. */
    static Launcher assembled(Path workingDirectory) {
        return of(assembledDirectory().resolve("bin/quorummq"), workingDirectory);
    }

    /** The directory that the build has assembled. */
    static Path assembledDirectory() {
        return Path.of(System.getProperty("quorummq.distribution", "target/quorummq"))
                .toAbsolutePath();
    }

    static Launcher of(Path command, Path workingDirectory) {
        return new Launcher(command, workingDirectory, Map.of());
    }

    Launcher with(Map<String, String> more) {
        return new Launcher(command, workingDirectory, more);
    }

    /** Starts a command whose output goes to two files. */
    Process start(Path out, Path err, List<String> arguments) throws IOException {
        var words = new ArrayList<String>();
        words.add(command.toString());
        words.addAll(arguments);
        var builder = new ProcessBuilder(words)
                .directory(workingDirectory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("QUORUMMQ_"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Runs a command to its end. */
    Outcome run(String... arguments) throws Exception {
        var out = Files.createTempFile(workingDirectory, "out", ".txt");
        var err = Files.createTempFile(workingDirectory, "err", ".txt");
        var process = start(out, err, List.of(arguments));
        process.getOutputStream().close();
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("not done after " + SECONDS_MAX + " s: " + List.of(arguments) + "\n"
                    + Files.readString(out, UTF_8) + Files.readString(err, UTF_8));
        }
        return new Outcome(process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
    }

    /** How a command ended. */
    record Outcome(int exitCode, String out, String err) {}

    /** Options that put all ports of a node where nobody listens. */
    static List<String> freePorts() throws IOException {
        var held = new ArrayList<ServerSocket>();
        var options = new ArrayList<String>();
        try {
            for (var option : List.of("--cmq-port", "--core-port", "--amqp-port", "--admin-port")) {
                var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(socket);
                options.add(option);
                options.add(Integer.toString(socket.getLocalPort()));
            }
        } finally {
            for (var socket : held) {
                socket.close();
            }
        }
        return options;
    }
}
