/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options that say where the server's own costs are seen, when it runs on this machine. */
final class ServerOptions {
    private static final Pattern PID = Pattern.compile("\\d{1,10}");

    @Option(
            names = "--server-pid",
            paramLabel = "[NAME=]PID",
            description = "process of the server whose CPU is reported, repeatable; with a name only for that target")
    private List<String> pids = new ArrayList<>();

    @Option(
            names = "--server-data",
            paramLabel = "[NAME=]DIR",
            description =
                    "data directory of the server whose size is reported before and after a round, repeatable; with"
                            + " a name only for that target")
    private List<String> directories = new ArrayList<>();

    @Option(
            names = "--server-heap",
            description = "report what the Java heaps of the --server-pid processes hold after a collection, which jcmd"
                    + " makes before and after a round")
    private boolean heap;

    /** Refuses with IllegalArgumentException or IOException what cannot be looked at. */
    ServerProbe probe(Target target) throws IOException {
        var probe = new ServerProbe(pids(target), directories(target), heap);
        if (heap && probe.pids().isEmpty()) {
            throw new IllegalArgumentException(
                    "--server-heap, allowed: with a --server-pid for target " + target.name());
        }
        var unused = ProcessUsage.of(probe.pids());
        return probe;
    }

    /** The processes whose CPU counts for a target. */
    private List<Long> pids(Target target) {
        var own = new ArrayList<Long>();
        for (var text : pids) {
            var pid = ForTarget.of(text);
            if (!PID.matcher(pid.value()).matches()) {
                throw new IllegalArgumentException("--server-pid=" + text + ", allowed: PID or NAME=PID");
            }
            if (pid.isFor(target)) {
                own.add(Long.valueOf(pid.value()));
            }
        }
        return own;
    }

    private List<Path> directories(Target target) {
        var own = new ArrayList<Path>();
        for (var text : directories) {
            var directory = ForTarget.of(text);
            if (!Files.isDirectory(Path.of(directory.value()))) {
                throw new IllegalArgumentException("--server-data=" + text + ", allowed: a directory, or NAME=DIR");
            }
            if (directory.isFor(target)) {
                own.add(Path.of(directory.value()));
            }
        }
        return own;
    }
}
