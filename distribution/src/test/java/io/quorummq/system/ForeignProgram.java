/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;

/**
 * A program of {@code src/test/clients}: written as users write theirs, on a class path of its own, which the build puts
 * into {@code target/clients}, and run in a process of its own.
 */
final class ForeignProgram {
    private static final int SECONDS_MAX = 60;

    private final Path scratch;
    private final String classPath;

    private ForeignProgram(Path scratch, String classPath) {
        this.scratch = scratch;
        this.classPath = classPath;
    }

    /** Compiles the directory's sources against its jars and these further ones. */
    static ForeignProgram compiled(String directory, Path scratch, Path... furtherJars) throws IOException {
        var jars = new ArrayList<>(List.of(furtherJars));
        jars.addAll(files(Path.of("src", "test", "clients", directory, "target", "class-path"), ".jar"));
        var classPath = joined(jars);
        var classes = Files.createDirectories(scratch.resolve(directory));
        var words = new ArrayList<String>(
                List.of("-parameters", "-proc:none", "-nowarn", "-classpath", classPath, "-d", classes.toString()));
        files(Path.of("src", "test", "clients", directory), ".java").forEach(source -> words.add(source.toString()));
        if (ToolProvider.getSystemJavaCompiler().run(null, null, null, words.toArray(String[]::new)) != 0) {
            throw new AssertionError("the sources of " + directory + " do not compile, see the output");
        }
        return new ForeignProgram(scratch, classes + File.pathSeparator + classPath);
    }

    /** Runs a main class to its end. */
    Launcher.Outcome run(List<String> options, String mainClass, String... arguments) throws Exception {
        var words = new ArrayList<String>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC"));
        words.addAll(options);
        words.addAll(List.of("-cp", classPath, mainClass));
        words.addAll(List.of(arguments));
        var out = Files.createTempFile(scratch, mainClass, ".out");
        var err = Files.createTempFile(scratch, mainClass, ".err");
        var process = new ProcessBuilder(words)
                .directory(scratch.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError(mainClass + " is not done after " + SECONDS_MAX + " s:\n"
                    + Files.readString(out, UTF_8) + Files.readString(err, UTF_8));
        }
        return new Launcher.Outcome(process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
    }

    private static List<Path> files(Path directory, String ending) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IllegalStateException(directory.toAbsolutePath() + " is missing: mvn verify makes it");
        }
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    private static String joined(List<Path> paths) {
        return paths.stream()
                .map(path -> path.toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
