/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What every round of a run does; one bad value refuses the run with its name, the value and what is allowed.
 *
 * @param outstanding unconfirmed sends a producer may have at once; 1 is a blocking send
 * @param rate messages per second of all producers together; empty is as fast as confirmations allow
 * @param messages total messages of a round; when given it ends the sending, not {@code duration}
 * @param batch messages a CMQ call carries
 * @param acknowledgeEvery messages a JMS consumer acknowledges at once; 1 is AUTO_ACKNOWLEDGE
 * @param pollWait how long a CMQ receive waits for a message
 * @param quiet how long nothing may come out before what is missing is given up
 */
record BenchSettings(
        Mode mode,
        int producers,
        int consumers,
        List<String> queues,
        int messageBytes,
        int outstanding,
        OptionalDouble rate,
        OptionalLong messages,
        Duration warmUp,
        Duration duration,
        int batch,
        int acknowledgeEvery,
        boolean text,
        Duration pollWait,
        Duration quiet) {
    private static final int BATCH_MAX = 16;
    private static final int POLL_WAIT_SECONDS_MAX = 30;
    private static final int MESSAGE_BYTES_MAX = 16 << 20;
    private static final int WORKERS_MAX = 10_000;

    BenchSettings {
        queues = List.copyOf(queues);
        within("--producers", producers, 1, WORKERS_MAX);
        within("--consumers", consumers, mode == Mode.FILL ? 0 : 1, WORKERS_MAX);
        within("--message-size", messageBytes, Stamp.BYTES, MESSAGE_BYTES_MAX);
        within("--outstanding", outstanding, 1, 1_000_000);
        within("--batch", batch, 1, BATCH_MAX);
        within("--ack-every", acknowledgeEvery, 1, 100_000);
        within("--poll-wait", pollWait.toSeconds(), 0, POLL_WAIT_SECONDS_MAX);
        within("--duration", duration.toSeconds(), 1, 7 * 24 * 3600);
        within("--warm-up", warmUp.toSeconds(), 0, 3600);
        within("--quiet", quiet.toSeconds(), 1, 3600);
        if (messages.isPresent()) {
            within("--messages", messages.getAsLong(), 1, Integer.MAX_VALUE);
        }
        if (rate.isPresent() && !(rate.getAsDouble() > 0)) {
            throw new IllegalArgumentException("--rate=" + rate.getAsDouble() + ", allowed: more than 0");
        }
        if (queues.isEmpty()) {
            throw new IllegalArgumentException("--queues=0, allowed: 1 and more");
        }
    }

    /** What producers and consumers do with each other. */
    enum Mode {
        /** Both at once. */
        LOAD,
        /** Producers only; the messages stay. */
        FILL,
        /** Producers first, consumers when all is sent. */
        FILL_THEN_DRAIN
    }

    String queueOf(int worker) {
        return queues.get(worker % queues.size());
    }

    private static void within(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(option + "=" + value + ", allowed: " + least + " to " + most);
        }
    }
}
