/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The heap of a Java process of the same user, as that process's own {@code jcmd} service tells it. */
record JavaHeap(long pid) {
    /** The histogram's last line; its collection works alike with every collector, as its figures do. */
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)\\s*$");

    private static final long ANSWER_SECONDS_MAX = 120;

    /** Collects the heap and tells how many bytes are left. */
    long liveBytes() throws IOException, InterruptedException {
        var answer = Files.createTempFile("quorummq-bench-heap", ".txt");
        try {
            var process = new ProcessBuilder(jcmd(), Long.toString(pid), "GC.class_histogram")
                    .redirectErrorStream(true)
                    .redirectOutput(answer.toFile())
                    .start();
            if (!process.waitFor(ANSWER_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(
                        "--server-heap: process " + pid + " did not answer jcmd within " + ANSWER_SECONDS_MAX + " s");
            }
            return parse(pid, Files.readString(answer, UTF_8));
        } finally {
            Files.deleteIfExists(answer);
        }
    }

    static long parse(long pid, String histogram) throws IOException {
        var total = TOTAL.matcher(histogram);
        if (!total.find()) {
            var told = histogram.strip().lines().reduce((first, last) -> last).orElse("nothing");
            throw new IOException("--server-heap: jcmd " + pid + " GC.class_histogram said: " + told);
        }
        return Long.parseLong(total.group(1));
    }

    /** That of the Java that runs this, or where it has no tools, the one in the path. */
    private static String jcmd() {
        var own = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        return Files.isExecutable(own) ? own.toString() : "jcmd";
    }
}
