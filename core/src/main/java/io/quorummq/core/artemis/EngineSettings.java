/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.ConfigurationException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What bounds the queue features that every protocol shares; the properties of {@link QueuePlugin}.
 *
 * @param leasedMessagesMax most messages of one queue under a lease at once
 * @param leasedBytesMax most bytes of memory that the leased messages of one queue may take
 * @param brokerLeasedMessagesMax most messages of all queues under a lease at once
 * @param brokerLeasedBytesMax most bytes of memory that the leased messages of all queues may take
 * @param delayedMessagesMax most messages of one queue that wait for their time
 * @param delayedBytesMax most bytes of memory that delayed messages of all queues together may take; the others are on pages
 * @param delayMax the longest delay of a message, whatever protocol it comes by
 * @param ageScan how often messages that grew too old are looked for
 * @param asSent addresses, or beginnings of addresses that end with {@code *}, whose messages are stored durably only if
 *     their sender asks for it, as in Artemis
 */
public record EngineSettings(
        long leasedMessagesMax,
        long leasedBytesMax,
        long brokerLeasedMessagesMax,
        long brokerLeasedBytesMax,
        long delayedMessagesMax,
        long delayedBytesMax,
        Duration delayMax,
        Duration ageScan,
        List<String> asSent) {
    /** What holds where {@code broker.xml} says nothing. */
    public static final EngineSettings DEFAULT = new EngineSettings(
            100_000,
            256L << 20,
            1_000_000,
            Runtime.getRuntime().maxMemory() / 4,
            100_000_000,
            Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 8),
            Duration.ofDays(366),
            Duration.ofSeconds(1),
            List.of());

    private static final String LEASED = "leased-messages-max";
    private static final String LEASED_BYTES = "leased-bytes-max";
    private static final String BROKER_LEASED = "broker-leased-messages-max";
    private static final String BROKER_LEASED_BYTES = "broker-leased-bytes-max";
    private static final String DELAYED = "delayed-messages-max";
    private static final String DELAYED_BYTES = "delayed-bytes-max";
    private static final String DELAY = "delay-seconds-max";
    private static final String AGE_SCAN = "age-scan-seconds";
    private static final String AS_SENT = "as-sent-addresses";
    private static final Set<String> KEYS = Set.of(
            LEASED, LEASED_BYTES, BROKER_LEASED, BROKER_LEASED_BYTES, DELAYED, DELAYED_BYTES, DELAY, AGE_SCAN, AS_SENT);

    /** Copies the list. */
    public EngineSettings {
        asSent = List.copyOf(asSent);
    }

    /** The settings that these properties spell; refuses unknown keys and values out of range. */
    public static EngineSettings of(Map<String, String> properties) {
        for (var key : properties.keySet()) {
            if (!KEYS.contains(key)) {
                throw new ConfigurationException("unknown property '" + key + "' of "
                        + QueuePlugin.class.getName() + "; allowed: "
                        + KEYS.stream().sorted().toList());
            }
        }
        return new EngineSettings(
                number(properties, LEASED, DEFAULT.leasedMessagesMax),
                number(properties, LEASED_BYTES, DEFAULT.leasedBytesMax),
                number(properties, BROKER_LEASED, DEFAULT.brokerLeasedMessagesMax),
                number(properties, BROKER_LEASED_BYTES, DEFAULT.brokerLeasedBytesMax),
                number(properties, DELAYED, DEFAULT.delayedMessagesMax),
                number(properties, DELAYED_BYTES, DEFAULT.delayedBytesMax),
                Duration.ofSeconds(number(properties, DELAY, DEFAULT.delayMax.toSeconds())),
                Duration.ofSeconds(number(properties, AGE_SCAN, DEFAULT.ageScan.toSeconds())),
                Arrays.stream(properties.getOrDefault(AS_SENT, "").split(","))
                        .map(String::trim)
                        .filter(address -> !address.isEmpty())
                        .toList());
    }

    boolean storesAsSent(String address) {
        return asSent.stream()
                .anyMatch(pattern -> pattern.endsWith("*")
                        ? address.startsWith(pattern.substring(0, pattern.length() - 1))
                        : address.equals(pattern));
    }

    private static long number(Map<String, String> properties, String key, long otherwise) {
        var text = properties.get(key);
        if (text == null) {
            return otherwise;
        }
        try {
            var value = Long.parseLong(text.trim());
            if (value >= 1) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            throw new ConfigurationException(refusal(key, text), notANumber);
        }
        throw new ConfigurationException(refusal(key, text));
    }

    private static String refusal(String key, String text) {
        return "property '" + key + "' of " + QueuePlugin.class.getName() + " is '" + text
                + "'; allowed: a whole number from 1";
    }
}
