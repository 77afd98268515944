/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what load a run makes. */
final class BenchOptions {
    private static final String DEFAULT_QUEUE = "quorummq-bench";

    @Option(names = "--producers", paramLabel = "N", defaultValue = "1", description = "producers (default: 1)")
    private int producers;

    @Option(names = "--consumers", paramLabel = "N", defaultValue = "1", description = "consumers (default: 1)")
    private int consumers;

    @Option(
            names = "--message-size",
            paramLabel = "BYTES",
            defaultValue = "1024",
            description = "bytes of a body (default: 1024, at least " + Stamp.BYTES + ")")
    private int messageBytes;

    @Option(
            names = "--outstanding",
            paramLabel = "N",
            defaultValue = "64",
            description = "unconfirmed sends of a producer; 1 is a blocking send; for CMQ the connections of a producer"
                    + " (default: 64)")
    private int outstanding;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "messages per second of all producers together; latencies then count from the time at which a"
                    + " message was due (default: as fast as confirmations allow)")
    private @Nullable Double rate;

    @Option(
            names = "--messages",
            paramLabel = "N",
            description = "messages of a round, instead of --duration and --warm-up")
    private @Nullable Long messages;

    @Option(
            names = "--duration",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "measured time of a round's sending (default: 10)")
    private long durationSeconds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "2",
            description = "time before it that does not count (default: 2)")
    private long warmUpSeconds;

    @Option(
            names = "--queue",
            paramLabel = "NAME",
            description = "queue to use, repeatable; workers take turns (default: " + DEFAULT_QUEUE + ")")
    private List<String> queueNames = new ArrayList<>();

    @Option(
            names = "--queues",
            paramLabel = "N",
            description = "use N queues " + DEFAULT_QUEUE + "-1 and on, instead of --queue")
    private @Nullable Integer queueCount;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description = "CMQ only: messages a call carries, 1 to 16 (default: 1)")
    private int batch;

    @Option(
            names = "--ack-every",
            paramLabel = "N",
            defaultValue = "1",
            description = "JMS only: acknowledge every N messages; 1 is AUTO_ACKNOWLEDGE (default: 1)")
    private int acknowledgeEvery;

    @Option(names = "--text", description = "JMS only: text messages instead of bytes messages")
    private boolean text;

    @Option(
            names = "--poll-wait",
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "CMQ only: how long a receive waits, 0 to 30 (default: 1)")
    private long pollWaitSeconds;

    @Option(
            names = "--quiet",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "give up on missing messages when none came for so long (default: 10)")
    private long quietSeconds;

    @Option(names = "--no-consume", description = "producers only; the messages stay in the queue")
    private boolean noConsume;

    @Option(names = "--drain", description = "fill first, then let the consumers drain it; both are measured")
    private boolean drain;

    /** Refuses with IllegalArgumentException what cannot be run. */
    BenchSettings settings() {
        if (noConsume && drain) {
            throw new IllegalArgumentException("--no-consume and --drain exclude each other");
        }
        if (!queueNames.isEmpty() && queueCount != null) {
            throw new IllegalArgumentException("--queue and --queues exclude each other");
        }
        return new BenchSettings(
                mode(),
                producers,
                noConsume ? 0 : consumers,
                queues(),
                messageBytes,
                outstanding,
                rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate),
                messages == null ? OptionalLong.empty() : OptionalLong.of(messages),
                Duration.ofSeconds(warmUpSeconds),
                Duration.ofSeconds(durationSeconds),
                batch,
                acknowledgeEvery,
                text,
                Duration.ofSeconds(pollWaitSeconds),
                Duration.ofSeconds(quietSeconds));
    }

    /** The queue for what needs only one. */
    String queue() {
        return queueNames.isEmpty() ? DEFAULT_QUEUE : queueNames.get(0);
    }

    private BenchSettings.Mode mode() {
        if (noConsume) {
            return BenchSettings.Mode.FILL;
        }
        return drain ? BenchSettings.Mode.FILL_THEN_DRAIN : BenchSettings.Mode.LOAD;
    }

    private List<String> queues() {
        if (queueCount != null) {
            return IntStream.rangeClosed(1, queueCount)
                    .mapToObj(number -> DEFAULT_QUEUE + "-" + number)
                    .toList();
        }
        return queueNames.isEmpty() ? List.of(DEFAULT_QUEUE) : queueNames;
    }
}
