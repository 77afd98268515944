/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The wall clock of one process, which a test sets forward and back while it runs; its monotonic clock stays. By libfaketime. */
final class FakeClock {
    private static final Logger LOG = LoggerFactory.getLogger(FakeClock.class);
    /** Re-read by the process once a second. */
    static final Duration SEEN_AFTER_MAX = Duration.ofSeconds(1);

    private final Path file;

    FakeClock(Path file) throws IOException {
        this.file = file;
        set(Duration.ZERO);
    }

    /** Says loudly what it means if it is not; in CI it must be, and whoever asks then fails. */
    static boolean isAvailable() {
        if (library().isEmpty() && !"true".equals(System.getenv("CI"))) {
            LOG.error("*** A fault test is SKIPPED: setting clocks needs the package libfaketime ***");
            return false;
        }
        return true;
    }

    private static Optional<Path> library() {
        try (var directories = Files.newDirectoryStream(Path.of("/usr/lib"))) {
            for (var directory : directories) {
                var library = directory.resolve("faketime").resolve("libfaketime.so.1");
                if (Files.exists(library)) {
                    return Optional.of(library);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("/usr/lib cannot be read", e);
            return Optional.empty();
        }
    }

    /** What makes a process go by this clock. */
    Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD",
                library().orElseThrow().toString(),
                "FAKETIME_TIMESTAMP_FILE",
                file.toString(),
                "FAKETIME_CACHE_DURATION",
                Long.toString(SEEN_AFTER_MAX.toSeconds()),
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1",
                // with it the waits of Java return at once
                "FAKETIME_FORCE_MONOTONIC_FIX",
                "0",
                "NO_FAKE_STAT",
                "1");
    }

    /** From now on it is so much ahead of the real one. */
    void set(Duration ahead) throws IOException {
        var next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, "%+d".formatted(ahead.toSeconds()));
        Files.move(next, file, ATOMIC_MOVE);
    }
}
