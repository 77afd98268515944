/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cmqclient;

import java.time.Duration;

/**
 * The bounds of a client.
 *
 * @param maxConnections most connections open at once; a call beyond that waits for one
 * @param maxWaitingCalls most calls that wait for a connection; a call beyond that fails at once
 * @param timeout how long an answer may take, on top of the time a long poll asks for
 * @param threads threads that do the network work and complete the calls
 */
public record CmqClientSettings(int maxConnections, int maxWaitingCalls, Duration timeout, int threads) {
    /** For commands that make a call at a time. */
    public static final CmqClientSettings DEFAULT = new CmqClientSettings(16, 1024, Duration.ofSeconds(15), 4);

    /** Refuses bounds under which no call could be made. */
    public CmqClientSettings {
        atLeast("maxConnections", maxConnections, 1);
        atLeast("maxWaitingCalls", maxWaitingCalls, 1);
        atLeast("timeout in milliseconds", timeout.toMillis(), 1);
        atLeast("threads", threads, 3);
    }

    /** These bounds with another number of connections. */
    public CmqClientSettings withMaxConnections(int connections) {
        return new CmqClientSettings(connections, maxWaitingCalls, timeout, threads);
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + "=" + value + ", allowed: " + least + " and more");
        }
    }
}
