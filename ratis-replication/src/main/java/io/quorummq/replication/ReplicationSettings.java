/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication;

import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.consensus.RaftSettings;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;

/**
 * How the replicated store is run; the properties of {@link ReplicationPlugin}.
 *
 * @param port where this node listens for the others, if elsewhere than {@code etc/cluster.properties} says
 */
public record ReplicationSettings(RaftSettings raft, long scrubBytesPerSecond, OptionalInt port) {
    private static final int MEGABYTE = 1 << 20;

    /** Ratis keeps the newest three segments of the log in memory. */
    private static final int SEGMENT_SHARE_OF_HEAP = 24;

    private static final int SEGMENT_MEGABYTES_MIN = 8;
    private static final int WAITING_SHARE_OF_HEAP = 8;

    /**
     * The settings that these properties spell; refuses unknown keys and values out of range.
     *
     * @param heapBytes the largest this process may use, of which the log takes its share and no more
     */
    public static ReplicationSettings of(Map<String, String> properties, long heapBytes) {
        var in = new Properties(properties);
        var usual = fitting(RaftSettings.defaults(), heapBytes);
        var timeout =
                in.number("election-timeout-millis", usual.electionTimeoutMin().toMillis(), 50, 60_000);
        var raft = usual.withElectionTimeouts(Duration.ofMillis(timeout), Duration.ofMillis(2 * timeout))
                .withLog(
                        in.number("log-segment-megabytes", usual.segmentBytes() / MEGABYTE, 8, 256) * MEGABYTE,
                        usual.preallocatedBytes(),
                        (int) in.number("kept-entries", usual.keptEntries(), 0, 1_000_000),
                        in.number("checkpoint-log-megabytes", usual.checkpointLogBytes() / MEGABYTE, 1, 16_384)
                                * MEGABYTE)
                .withCheckpointInterval(Duration.ofSeconds(in.number(
                        "checkpoint-interval-seconds",
                        usual.checkpointInterval().toSeconds(),
                        1,
                        86_400)));
        var scrub = in.number("scrub-megabytes-per-second", 4, 0, 10_000) * MEGABYTE;
        var port = (int) in.number("port", 0, 1, 65_535);
        in.refuseUnknown();
        return new ReplicationSettings(raft, scrub, port == 0 ? OptionalInt.empty() : OptionalInt.of(port));
    }

    private static RaftSettings fitting(RaftSettings usual, long heapBytes) {
        var segment = Math.max(SEGMENT_MEGABYTES_MIN, heapBytes / SEGMENT_SHARE_OF_HEAP / MEGABYTE) * MEGABYTE;
        var writing = usual.writing();
        var waiting = Math.max(writing.operationBytesMax(), heapBytes / WAITING_SHARE_OF_HEAP);
        return usual.withLog(
                        Math.min(usual.segmentBytes(), segment),
                        usual.preallocatedBytes(),
                        usual.keptEntries(),
                        usual.checkpointLogBytes())
                .withWriting(writing.withWaitingBytesMax(Math.min(writing.waitingBytesMax(), waiting)));
    }

    /** Reads numbers and remembers which keys there are. */
    private static final class Properties {
        private final Map<String, String> values;
        private final TreeSet<String> known = new TreeSet<>();

        Properties(Map<String, String> values) {
            this.values = values;
        }

        long number(String key, long usual, long min, long max) {
            known.add(key);
            var text = values.getOrDefault(key, "").strip();
            if (text.isEmpty()) {
                return usual;
            }
            try {
                var number = Long.parseLong(text);
                if (number >= min && number <= max) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw new ConfigurationException(refusal(key, text, min, max), e);
            }
            throw new ConfigurationException(refusal(key, text, min, max));
        }

        private static String refusal(String key, String text, long min, long max) {
            return "property '" + key + "' of " + ReplicationPlugin.class.getName() + " is '" + text + "'; allowed: "
                    + min + " to " + max;
        }

        void refuseUnknown() {
            for (var key : values.keySet()) {
                if (!known.contains(key)) {
                    throw new ConfigurationException("unknown property '" + key + "' of "
                            + ReplicationPlugin.class.getName() + "; allowed: " + known);
                }
            }
        }
    }
}
