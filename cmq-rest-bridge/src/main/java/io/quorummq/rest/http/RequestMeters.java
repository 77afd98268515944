/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quorummq.rest.action.Actions;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Counts requests by action and code, and times them by action, the wait of long polls included. Names that are no
 * action of ours are counted together as {@code none}: callers must not be able to make up meters.
 */
final class RequestMeters {
    static final String REQUESTS = "quorummq.cmq.requests";
    static final String LATENCY = "quorummq.cmq.latency";
    static final String LONG_POLLS = "quorummq.cmq.long.polls.waiting";
    static final String FORWARDED = "quorummq.cmq.forwarded";
    static final String WAITING = "quorummq.cmq.waiting.for.leader";
    static final String NO_ACTION = "none";

    private final MeterRegistry registry;
    private final Map<String, OfAction> byAction;
    private final OfAction none;
    private final Map<Fate, Counter> forwarded = new ConcurrentHashMap<>();

    RequestMeters(
            MeterRegistry registry,
            Actions actions,
            Supplier<Number> longPollsWaiting,
            Supplier<Number> waitingForLeader) {
        this.registry = registry;
        this.byAction = actions.names().stream().collect(Collectors.toUnmodifiableMap(name -> name, OfAction::new));
        this.none = new OfAction(NO_ACTION);
        Gauge.builder(LONG_POLLS, longPollsWaiting)
                .description("receives that wait for a message")
                .register(registry);
        Gauge.builder(WAITING, waitingForLeader)
                .description("requests that wait for somebody to lead")
                .register(registry);
        for (var fate : Fate.values()) {
            forwarded.computeIfAbsent(fate, this::forwardedCounter); // so that each is there, with zero, from the start
        }
    }

    private Counter forwardedCounter(Fate fate) {
        return Counter.builder(FORWARDED)
                .description("requests handed to the node that leads, by what became of them there")
                .tag("outcome", fate.tag)
                .register(registry);
    }

    /** The time to hand to {@link #count} later. */
    long now() {
        return registry.config().clock().monotonicTime();
    }

    void count(String action, int code, long begun) {
        var meters = byAction.getOrDefault(action, none);
        meters.latency.record(now() - begun, TimeUnit.NANOSECONDS);
        meters.requests.computeIfAbsent(code, meters::counter).increment();
    }

    void countForwarded(Fate fate) {
        forwarded.computeIfAbsent(fate, this::forwardedCounter).increment();
    }

    /** What became of a request that was handed to the node that leads. */
    enum Fate {
        ANSWERED("answered"),
        /** Nothing was done of it there; it waits for somebody to lead and is handed on again. */
        NOT_TAKEN("not-taken"),
        /** It may have been done; never handed on again. */
        UNKNOWN("unknown"),
        /** Its caller has gone, or this server stops. */
        CANCELLED("cancelled");

        private final String tag;

        Fate(String tag) {
            this.tag = tag;
        }
    }

    private final class OfAction {
        private final String action;
        private final Timer latency;
        private final Map<Integer, Counter> requests = new ConcurrentHashMap<>();

        OfAction(String action) {
            this.action = action;
            this.latency = Timer.builder(LATENCY)
                    .description("time from a request to its answer")
                    .tag("action", action)
                    .register(registry);
        }

        Counter counter(int code) {
            return Counter.builder(REQUESTS)
                    .description("requests answered")
                    .tag("action", action)
                    .tag("code", Integer.toString(code))
                    .register(registry);
        }
    }
}
