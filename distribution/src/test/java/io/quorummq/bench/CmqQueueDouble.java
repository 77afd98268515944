/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import io.quorummq.cmqclient.CmqServerDouble;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** One queue behind CMQ answers: first due, first out; a received message is gone. */
final class CmqQueueDouble {
    private static final String OK = "{\"code\":0,\"message\":\"\",\"requestId\":\"17\"";
    private static final String NO_MESSAGE = "{\"code\":7000,\"message\":\"(10200)no message\",\"requestId\":\"17\"}";

    private final PriorityQueue<Held> messages =
            new PriorityQueue<>(Comparator.comparing(Held::due).thenComparing(Held::number));
    private final AtomicBoolean losesNext = new AtomicBoolean();
    private final AtomicBoolean refuses = new AtomicBoolean();
    private final AtomicBoolean hurries = new AtomicBoolean();
    private final NanoClock clock = NanoClock.SYSTEM;
    private final long start = clock.now();
    private long sent;

    CmqServerDouble server() {
        return new CmqServerDouble(this::answer);
    }

    void losesTheNextMessage() {
        losesNext.set(true);
    }

    void refusesSends() {
        refuses.set(true);
    }

    /** Delivers every message at once, delayed or not. */
    void deliversEarly() {
        hurries.set(true);
    }

    private synchronized String answer(Map<String, String> call) {
        return switch (call.getOrDefault("Action", "")) {
            case "SendMessage" -> send(call, List.of(call.getOrDefault("msgBody", "")), ",\"msgId\":\"1\"}");
            case "BatchSendMessage" -> send(call, numbered(call, "msgBody"), ",\"msgList\":[{\"msgId\":\"1\"}]}");
            case "ReceiveMessage" -> isNoneDue() ? NO_MESSAGE : OK + "," + next() + "}";
            case "BatchReceiveMessage" -> batch(Integer.parseInt(call.getOrDefault("numOfMsg", "1")));
            default -> OK + "}";
        };
    }

    private String send(Map<String, String> call, List<String> bodies, String rest) {
        if (refuses.get()) {
            return "{\"code\":4410,\"message\":\"(10240)reach maximum retention number of message\",\"requestId\":\"17\"}";
        }
        if (!losesNext.getAndSet(false)) {
            long seconds = Long.parseLong(call.getOrDefault("delaySeconds", "0"));
            long due = clock.now() - start + TimeUnit.SECONDS.toNanos(seconds);
            bodies.forEach(body -> messages.add(new Held(body, hurries.get() ? 0 : due, sent++)));
        }
        return OK + rest;
    }

    private String batch(int max) {
        var due = new ArrayList<String>();
        while (due.size() < max && !isNoneDue()) {
            due.add("{" + next() + "}");
        }
        return due.isEmpty() ? NO_MESSAGE : OK + ",\"msgInfoList\":[" + String.join(",", due) + "]}";
    }

    private static List<String> numbered(Map<String, String> call, String name) {
        var values = new ArrayList<String>();
        for (int n = 1; call.containsKey(name + "." + n); n++) {
            values.add(call.getOrDefault(name + "." + n, ""));
        }
        return values;
    }

    private boolean isNoneDue() {
        var first = messages.peek();
        return first == null || first.due() > clock.now() - start;
    }

    private String next() {
        return "\"msgBody\":\"" + messages.remove().body() + "\",\"msgId\":\"1\",\"receiptHandle\":\"2\"";
    }

    private record Held(String body, long due, long number) {}
}
